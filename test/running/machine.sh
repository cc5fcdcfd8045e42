#!/bin/sh
# Turns namespaces of its own (mounts, processes) into a machine that looks like this one and can be changed without a trace: an overlay of
# the root of this one, whose changes live in memory, with the project at /opt/backupmon and the program as /usr/bin/backupmon.
# Arguments: an empty folder, the project, the program's binary, or Node and the file that it runs, '' for none; and the command that
# becomes process 1.
set -eu
folder=$1 project=$2 executable=$3 main=$4
shift 4

mount -t tmpfs tmpfs "$folder"
mkdir "$folder/upper" "$folder/work" "$folder/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$folder/upper,workdir=$folder/work" "$folder/root"
cd "$folder/root"

mount -t proc proc proc
mount -o bind,ro proc/sys proc/sys
mount -t sysfs -o ro sysfs sys
# Only systemd needs it.
mount -t cgroup2 cgroup2 sys/fs/cgroup || true
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
mount -t tmpfs -o mode=755 tmpfs dev
mkdir dev/pts dev/shm
for device in null zero full random urandom tty; do
  : >"dev/$device"
  mount --bind "/dev/$device" "dev/$device"
done
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd

# Nothing of what this machine runs by itself.
rm -rf etc/systemd/system/* usr/lib/systemd/system/*.wants var/log/journal etc/cron.d/* var/spool/cron/crontabs/*
rm -rf etc/backupmon var/lib/backupmon var/cache/backupmon usr/lib/systemd/system/backupmon* usr/bin/backupmon
: >etc/fstab
: >etc/crontab
# One would mount the root again, the other switch on the audit of the kernel.
ln -s /dev/null etc/systemd/system/systemd-remount-fs.service
ln -s /dev/null etc/systemd/system/systemd-journald-audit.socket
cat >etc/systemd/system/machine.target <<'UNIT'
[Unit]
Requires=basic.target
After=basic.target
Wants=systemd-tmpfiles-setup.service systemd-journald.service systemd-journald.socket systemd-journald-dev-log.socket
UNIT

mkdir -p opt/backupmon
mount -o bind,ro "$project" opt/backupmon
if [ -z "$main" ]; then
  place=usr/bin/backupmon
else
  place=usr/local/bin/node
  printf '#!/bin/sh\nexec /usr/local/bin/node "/opt/backupmon/%s" "$@"\n' "${main#"$project"/}" >usr/bin/backupmon
  chmod 755 usr/bin/backupmon
fi
rm -f "$place"
: >"$place"
mount --bind "$executable" "$place"

mkdir old
pivot_root . old
cd /
umount -l old
rmdir old
# As systemd finds it where it boots: what it mounts for one unit reaches the others.
mount --make-rshared /
exec env -i container=backupmon PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
