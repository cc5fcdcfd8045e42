import type { ContentReason } from '../../../src/core/content.ts';
import type { ReasonText } from './text.ts';

/** Every reason why content is no usable dump. */
export const ofContent: Readonly<Record<ContentReason, ReasonText>> = {
  empty: {
    means: 'A pipe whose dump fails still compresses its empty output, and looks well.',
    todo: 'Run the dump by hand and read what it says. In a shell script `set -o pipefail` makes such a pipe fail.',
  },
  stream_cut: {
    means:
      'It was cut before the agent made its checksum: a full disk, or a process that was killed.',
    todo: 'Look for room and memory on the agent, and run its backup again.',
  },
  stream_corrupt: {
    means: 'The bytes were damaged before the agent made its checksum.',
    todo: 'Run the backup again. If it comes back, look for damage on the disk and in the memory of the agent.',
  },
  trailing_bytes: {
    means:
      'A shorter file was written over a longer one, or the output of something else was appended.',
    todo: 'Let the agent write each dump into a new file.',
  },
  expands_too_far: {
    means:
      'A dump shrinks to a tenth, seldom to a fiftieth; this expands to more than 200 times its size, and to more than 1 GiB. It was not read any further.',
    todo: 'Look at what it is before you unpack it. If it is right, let the agent report the size of BACKUP, which is the limit then; what is packed in an archive may be 200 times as large at most.',
  },
  raw_size_differs: {
    means: 'Not all of the dump was compressed, or it went on growing while it was.',
    todo: 'Let the agent make its dump, its checksum and its compression one after the other, of the same file.',
  },
  raw_hash_differs: {
    means: 'It has the right size, but what was compressed is not what the agent had hashed.',
    todo: 'Let the agent make its dump, its checksum and its compression one after the other, of the same file.',
  },
  dump_cut: {
    means:
      'The stream is whole, but the dump in it does not end as its format does: the dump tool was stopped, lost its connection, or the disk was full.',
    todo: 'Read the log of the dump tool on the agent, and check its exit code there before anything is sent.',
  },
  dump_corrupt: {
    means: 'A checksum, a table of contents or a page of it is wrong.',
    todo: 'Run the backup again. If it comes back, check the live database itself, and the disk of the agent.',
  },
  dump_failed: {
    means: 'The tool has written into the dump that it could not finish.',
    todo: 'Read the log of the dump tool on the agent. The live database may be damaged.',
  },
  foreign_text: {
    means: 'Most of the time the error output of the dump tool went into the file (`2>&1`).',
    todo: 'Write the errors of the dump tool somewhere else, and read them: what it complains of may be worse.',
  },
  not_a_dump: {
    means: 'The message quotes what it is.',
    todo: 'Read the quoted line: it is most of the time the very error of the dump or the download.',
  },
  wrong_kind: {
    means: 'The message names what the name claims, and what it is.',
    todo: 'Find out which is right. Name the file as what it is, or mend the step that was left out, such as compressing.',
  },
};
