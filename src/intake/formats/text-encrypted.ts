/** Encrypted content, told by its mark: nothing of it can be seen, and that is said. */
import type { Format } from './format.ts';
import { withoutMark } from './sql/beginning.ts';
import { unproved } from './unproved.ts';

/** What each tool writes first, binary or as text. */
const marks: readonly (readonly [tool: string, mark: RegExp])[] = [
  ['OpenSSL', /^Salted__/u],
  ['OpenSSL', /^U2FsdGVkX1[89+/]/u],
  ['age', /^age-encryption\.org\//u],
  ['age', /^-----BEGIN AGE ENCRYPTED FILE-----/u],
  ['OpenPGP (gpg)', /^-----BEGIN PGP MESSAGE-----/u],
  ['CMS (S/MIME)', /^-----BEGIN (?:CMS|PKCS7)-----/u],
  ['Ansible Vault', /^\$ANSIBLE_VAULT;/u],
  ['rclone', /^RCLONE\0\0/u],
  ['LUKS', /^LUKS\xba\xbe/u],
];

/** A first packet of OpenPGP: an encrypted session key, for a public key or a passphrase (RFC 9580, sections 4.2, 5.1, 5.3). */
function isOpenPgp(head: Buffer): boolean {
  const [tag = 0, length = 0] = head;
  const kind = tag >= 0xc0 ? tag & 0x3f : (tag & 0x3c) >> 2;
  if (tag < 0x80 || (kind !== 1 && kind !== 3)) return false;
  // How long the length is: by its first byte in the new form, by the lowest bits of the tag in the old one.
  const at = tag >= 0xc0 ? (length < 192 ? 2 : 3) : 2 + (tag & 1);
  if (tag < 0xc0 && (tag & 3) > 1) return false;
  const [version = 0, algorithm = 0] = head.subarray(at, at + 2);
  // A symmetric cipher follows the version, 7 to 9 being AES; a key id does for public keys.
  return kind === 3
    ? version >= 4 && version <= 6 && algorithm <= 13
    : version === 3 || version === 6;
}

function toolOf(head: Buffer): string | null {
  const text = withoutMark(head.toString('latin1', 0, 64));
  const found = marks.find(([, mark]) => mark.test(text))?.[0];
  return found ?? (isOpenPgp(head) ? 'OpenPGP (gpg)' : null);
}

const encryption = (head: Buffer): string => `encrypted with ${toolOf(head) ?? 'a tool'}`;

export const encrypted: Format = {
  recognises: (head) => toolOf(head) !== null,
  check: unproved({
    kind: 'binary',
    describe: (head) => `data ${encryption(head)}`,
    shortfall: 'encrypted: the content cannot be seen',
    remarks: (head) => [encryption(head)],
  }),
};
