/*
 * What the binary runs before anything else, so that it needs nothing but glibc where it runs.
 *
 * Node is linked with libstdc++, libgcc_s and libatomic, and a small system has not all of them. The kernel would start glibc's dynamic
 * loader at once, which fails where one is missing. So the binary names no loader to the kernel: it starts here, gives the loader those
 * libraries that are missing (as files in memory, named by additional entries of the dynamic section), maps the loader as the kernel
 * would, and jumps to it. Where nothing is missing, nothing is changed, and the loader does what it always does.
 *
 * Freestanding: no libc is there yet. x86-64 only. scripts/loader/install.ts fills in `config` and puts this into the binary.
 */
#define _GNU_SOURCE
#include <asm/unistd.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

typedef unsigned long word;

enum { LIBRARIES = 3, NAME = 32, PAGE = 4096, HEADERS = 64, MFD_FLAGS = 1 /* MFD_CLOEXEC */, MFD_MAY_RUN = 0x10 };

struct library {
  char name[NAME];
  /* Bytes from the beginning of config, and how many. */
  word offset;
  word size;
};

/* Written by install.ts: keep its order. */
struct config {
  word entry;
  /* Which program header was that of the loader, and what it was. */
  word slot;
  Elf64_Phdr interpreter;
  struct library libraries[LIBRARIES];
};

__attribute__((section(".config"), used, visibility("hidden"))) volatile struct config config = {1, 0, {0}, {{{0}, 0, 0}}};

/* Of this process: program headers as the loader is to see them, and names of files in memory. */
struct scratch {
  Elf64_Phdr headers[HEADERS];
  char paths[LIBRARIES][NAME];
};

static inline long call(long number, long a, long b, long c, long d, long e, long f) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}

static int failed(long result) { return result < 0 && result >= -4095; }

static word length(const char *text) {
  word count = 0;
  while (text[count] != 0) count++;
  return count;
}

static int same(const char *left, const char *right) {
  while (*left != 0 && *left == *right) left++, right++;
  return *left == *right;
}

static void say(const char *text) { call(__NR_write, 2, (long)text, (long)length(text), 0, 0, 0); }

__attribute__((noreturn)) static void give_up(const char *what, const char *why) {
  say("backupmon: ");
  say(what);
  say(why);
  for (;;) call(__NR_exit_group, 3, 0, 0, 0, 0, 0);
}

static long open_file(const char *path) { return call(__NR_openat, AT_FDCWD, (long)path, O_RDONLY | O_CLOEXEC, 0, 0, 0); }

/* The parts of a text one after the other. */
static void join(char *to, const char *first, const char *second) {
  while (*first != 0) *to++ = *first++;
  while (*second != 0) *to++ = *second++;
  *to = 0;
}

/* Whether the system has a library for this kind of machine where loaders look for it. */
static int is_installed(const char *name) {
  static const char folders[][28] = {"/lib/x86_64-linux-gnu/", "/usr/lib/x86_64-linux-gnu/", "/lib64/",
                                     "/usr/lib64/", "/usr/lib/", "/lib/"};
  char path[28 + NAME];
  Elf64_Ehdr head;
  for (word index = 0; index < sizeof folders / sizeof *folders; index++) {
    join(path, folders[index], name);
    long file = open_file(path);
    if (failed(file)) continue;
    long count = call(__NR_read, file, (long)&head, sizeof head, 0, 0, 0);
    call(__NR_close, file, 0, 0, 0, 0, 0);
    if (count == sizeof head && head.e_ident[EI_CLASS] == ELFCLASS64 && head.e_machine == EM_X86_64) return 1;
  }
  return 0;
}

/* A file in memory with what the binary carries; its path for the loader. */
static void unpack(const char *name, const char *content, word size, char *path) {
  long file = call(__NR_memfd_create, (long)name, MFD_FLAGS | MFD_MAY_RUN, 0, 0, 0, 0);
  /* Kernels before 6.3 do not know the second flag. */
  if (failed(file)) file = call(__NR_memfd_create, (long)name, MFD_FLAGS, 0, 0, 0, 0);
  /* Whoever closed standard input or output gets no library in its place. */
  if (!failed(file) && file <= 2) {
    long higher = call(__NR_fcntl, file, F_DUPFD_CLOEXEC, 3, 0, 0, 0);
    call(__NR_close, file, 0, 0, 0, 0, 0);
    file = higher;
  }
  if (failed(file)) give_up(name, " is not installed, and no file can be made in memory for the one that comes along\n");
  for (word done = 0; done < size;) {
    long count = call(__NR_write, file, (long)content + (long)done, (long)(size - done), 0, 0, 0);
    if (count <= 0) give_up(name, " is not installed, and there is no memory for the one that comes along\n");
    done += (word)count;
  }
  if (failed(call(__NR_faccessat, AT_FDCWD, (long)"/proc/self/fd", 0, 0, 0, 0)))
    give_up("/proc", " is not mounted: without it this program cannot run\n");
  char digits[8];
  int at = sizeof digits - 1;
  digits[at] = 0;
  do digits[--at] = (char)('0' + file % 10);
  while ((file /= 10) > 0);
  join(path, "/proc/self/fd/", digits + at);
}

/*
 * The loader is to read `path` where the program needs `name`, and then to find that what it needs is there: the name is asked for once more,
 * in one of the entries that linkers leave free at the end.
 */
static void replace(Elf64_Dyn *dynamic, const char *name, const char *path) {
  const char *strings = 0;
  Elf64_Dyn *end = dynamic;
  for (; end->d_tag != DT_NULL; end++)
    if (end->d_tag == DT_STRTAB) strings = (const char *)end->d_un.d_ptr;
  for (Elf64_Dyn *entry = dynamic; entry < end; entry++) {
    if (entry->d_tag != DT_NEEDED || !same(strings + entry->d_un.d_val, name)) continue;
    *end = *entry;
    entry->d_un.d_val = (word)path - (word)strings;
    return;
  }
}

static word down(word address) { return address & ~(word)(PAGE - 1); }
static word up(word address) { return down(address + PAGE - 1); }

static void map_part(long file, word base, const Elf64_Phdr *part) {
  int rights = (part->p_flags & PF_R ? PROT_READ : 0) | (part->p_flags & PF_W ? PROT_WRITE : 0) |
               (part->p_flags & PF_X ? PROT_EXEC : 0);
  word start = down(base + part->p_vaddr);
  word filled = base + part->p_vaddr + part->p_filesz;
  word end = up(base + part->p_vaddr + part->p_memsz);
  if (failed(call(__NR_mmap, (long)start, (long)(filled - start), rights, MAP_PRIVATE | MAP_FIXED, file,
                  (long)down(part->p_offset))))
    give_up("glibc's loader", " cannot be mapped\n");
  if (part->p_memsz == part->p_filesz) return;
  for (char *rest = (char *)filled; rest < (char *)up(filled); rest++) *(volatile char *)rest = 0;
  if (end > up(filled) && failed(call(__NR_mmap, (long)up(filled), (long)(end - up(filled)), rights,
                                      MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1, 0)))
    give_up("glibc's loader", " cannot be mapped\n");
}

/* Maps glibc's loader as the kernel would. Returns where it lies, and where it begins. */
static word map_loader(const char *path, word *entry) {
  Elf64_Ehdr head;
  Elf64_Phdr parts[HEADERS];
  long file = open_file(path);
  if (file == -ENOENT) give_up(path, " is missing: this program needs glibc 2.34 or newer\n");
  if (failed(file)) give_up(path, " cannot be opened\n");
  long size = call(__NR_read, file, (long)&head, sizeof head, 0, 0, 0);
  if (size != sizeof head || head.e_phnum > HEADERS) give_up(path, " is no loader of glibc\n");
  size = head.e_phnum * (long)sizeof *parts;
  if (call(__NR_pread64, file, (long)parts, size, (long)head.e_phoff, 0, 0) != size) give_up(path, " is cut\n");
  word low = ~0UL, high = 0;
  for (int index = 0; index < head.e_phnum; index++) {
    if (parts[index].p_type != PT_LOAD) continue;
    if (down(parts[index].p_vaddr) < low) low = down(parts[index].p_vaddr);
    if (up(parts[index].p_vaddr + parts[index].p_memsz) > high) high = up(parts[index].p_vaddr + parts[index].p_memsz);
  }
  long place = call(__NR_mmap, 0, (long)(high - low), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (failed(place)) give_up("glibc's loader", " cannot be mapped\n");
  word base = (word)place - low;
  for (int index = 0; index < head.e_phnum; index++)
    if (parts[index].p_type == PT_LOAD) map_part(file, base, &parts[index]);
  call(__NR_close, file, 0, 0, 0, 0, 0);
  *entry = base + head.e_entry;
  return base;
}

/* The loader looks at the program's headers: there it finds itself again. */
static Elf64_Phdr *restored(struct scratch *scratch, const Elf64_Phdr *headers, word count) {
  for (word index = 0; index < count; index++) {
    scratch->headers[index] = headers[index];
    if (headers[index].p_type == PT_PHDR) scratch->headers[index].p_vaddr = (word)scratch->headers;
  }
  const volatile Elf64_Phdr *from = &config.interpreter;
  Elf64_Phdr *to = &scratch->headers[config.slot];
  to->p_type = from->p_type, to->p_flags = from->p_flags, to->p_offset = from->p_offset, to->p_vaddr = from->p_vaddr;
  to->p_paddr = from->p_paddr, to->p_filesz = from->p_filesz, to->p_memsz = from->p_memsz, to->p_align = from->p_align;
  return scratch->headers;
}

/* `stack` as the kernel gave it: count and addresses of arguments, environment, auxiliary vector. Returns where to go on. */
__attribute__((used, visibility("hidden"))) word prepare(word *stack) {
  word *at = stack + 1 + stack[0] + 1;
  while (*at != 0) at++;
  Elf64_auxv_t *headers = 0, *count = 0, *entry = 0, *base = 0;
  for (Elf64_auxv_t *one = (Elf64_auxv_t *)(at + 1); one->a_type != AT_NULL; one++) {
    if (one->a_type == AT_PHDR) headers = one;
    if (one->a_type == AT_PHNUM) count = one;
    if (one->a_type == AT_ENTRY) entry = one;
    if (one->a_type == AT_BASE) base = one;
  }
  if (headers == 0 || count == 0 || entry == 0 || base == 0 || count->a_un.a_val > HEADERS)
    give_up("the kernel", " has started it in an unknown way\n");
  long memory = call(__NR_mmap, 0, (long)up(sizeof(struct scratch)), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (failed(memory)) give_up("there is", " no memory\n");
  struct scratch *scratch = (struct scratch *)memory;
  const Elf64_Phdr *list = (const Elf64_Phdr *)headers->a_un.a_val;
  Elf64_Dyn *dynamic = 0;
  for (word index = 0; index < count->a_un.a_val; index++)
    if (list[index].p_type == PT_DYNAMIC) dynamic = (Elf64_Dyn *)list[index].p_vaddr;
  for (int index = 0; index < LIBRARIES; index++) {
    const volatile struct library *library = &config.libraries[index];
    const char *name = (const char *)library->name;
    if (is_installed(name)) continue;
    unpack(name, (const char *)&config + library->offset, library->size, scratch->paths[index]);
    replace(dynamic, name, scratch->paths[index]);
  }
  headers->a_un.a_val = (word)restored(scratch, list, count->a_un.a_val);
  entry->a_un.a_val = config.entry;
  word start;
  base->a_un.a_val = map_loader((const char *)config.interpreter.p_vaddr, &start);
  return start;
}

__asm__(".section .text.start,\"ax\",@progbits\n"
        ".globl _start\n"
        "_start:\n"
        "  xor %ebp, %ebp\n"
        "  mov %rsp, %rdi\n"
        "  mov %rsp, %rbx\n"
        "  and $-16, %rsp\n"
        "  call prepare\n"
        "  mov %rbx, %rsp\n"
        "  xor %edx, %edx\n"
        "  xor %ebx, %ebx\n"
        "  jmp *%rax\n"
        ".text\n");
