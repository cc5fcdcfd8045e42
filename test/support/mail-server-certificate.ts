/** Certificates for mail servers, each its own authority. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { binary } from './run-here.ts';

/** Where the binary is tried, its clock is that of each test: certificates begin before all of them, and end after. */
const isEarlier = binary !== null;

const openssl = (...words: string[]): void => {
  const [command, ...argv] = [
    ...(isEarlier ? ['faketime', '2020-01-01 00:00:00'] : []),
    'openssl',
    ...words,
  ];
  const { status, stderr } = spawnSync(command ?? '', argv, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`openssl: ${stderr}`);
};

export interface Certificate {
  /** PEM files. */
  readonly certificate: string;
  readonly key: string;
}

/**
 * @param names as in subjectAltName: `IP:127.0.0.1,DNS:localhost`
 * @param days how long it is valid from now on; below zero: it was
 */
export function makeCertificate(
  folder: string,
  name: string,
  names: string,
  days: number,
): Certificate {
  const key = join(folder, `${name}.key`);
  const request = join(folder, `${name}.csr`);
  const certificate = join(folder, `${name}.pem`);
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const subject = ['-batch', '-subj', '/CN=mail', '-addext', `subjectAltName=${names}`];
  openssl('req', '-new', ...newKey, ...subject, '-keyout', key, '-out', request);
  const valid = isEarlier && days > 0 ? 20 * 365 : days;
  const signed = ['-signkey', key, '-days', String(valid), '-copy_extensions', 'copy'];
  openssl('x509', '-req', '-in', request, ...signed, '-out', certificate);
  return { certificate, key };
}
