/** Whether a folder lies on another machine, where the locks that SQLite needs do not hold. */
import { readFileSync, statfsSync, statSync } from 'node:fs';

/** By the number that statfs(2) gives: linux/magic.h, and the sources of those that are not in it. */
const networks: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'SMB (CIFS)'],
  [0xfe534d42, 'SMB'],
  [0x00c36400, 'Ceph'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'AFS'],
  [0x73757245, 'Coda'],
  [0x0bd00bd0, 'Lustre'],
  [0x47504653, 'GPFS'],
  [0x19830326, 'BeeGFS'],
  [0x01021997, '9p'],
]);

/** FUSE has one number for all: NTFS on a local disk, and sshfs. */
const FUSE = 0x65735546;
const fuseNetworks =
  /^fuse\.(?:sshfs|glusterfs|ceph|s3fs|goofys|gcsfuse|blobfuse|rclone|davfs|curlftpfs|smbnetfs|juicefs|mfs|lizardfs)/u;

/** Type of the file system with that device number, such as `fuse.sshfs`; null when it is not among our mounts. */
function mountType(device: number): string | null {
  // As makedev(3) puts them together: 12 bits of the major number, 20 of the minor one.
  const name = `${(device >>> 8) & 0xfff}:${(device & 0xff) | ((device >>> 12) & 0xfff00)}`;
  for (const line of readFileSync('/proc/self/mountinfo').toString().split('\n')) {
    // 36 35 98:0 /root /mount options optional… - type source options
    const [before = '', after = ''] = line.split(' - ');
    if (before.split(' ')[2] === name) return after.split(' ')[0] ?? null;
  }
  return null;
}

/** The name of the network file system that a folder lies on; null for a local one, and where that cannot be found out. */
export function networkOf(folder: string): string | null {
  try {
    const type = statfsSync(folder).type >>> 0;
    if (type !== FUSE) return networks.get(type) ?? null;
    const mounted = mountType(statSync(folder).dev);
    return mounted !== null && fuseNetworks.test(mounted) ? mounted : null;
  } catch {
    // Whoever opens the file meets the trouble again, and tells it.
    return null;
  }
}
