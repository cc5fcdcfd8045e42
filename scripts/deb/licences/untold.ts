/** What is in the binary, and neither in npm's packages nor in Node's file of licences. */
import path from 'node:path';
import type { Part } from './packages.ts';
import { APACHE_REFERENCE, readLicence } from './text.ts';

const SQLITE = `Copyright: none
The authors of SQLite disclaim copyright to its source code. In place of a legal notice, here is a blessing:
May you do good and not evil.
May you find forgiveness for yourself and forgive others.
May you share freely, never taking more than you give.`;

const MOZILLA = `Copyright Mozilla Contributors
This Source Code Form is subject to the terms of the Mozilla Public License, v. 2.0. On Debian systems, its full text is in
/usr/share/common-licenses/MPL-2.0.`;

const GCC = `Copyright Free Software Foundation, Inc.
GCC is free software; you can redistribute it and/or modify it under the terms of the GNU General Public License as published by
the Free Software Foundation; either version 3, or (at your option) any later version.

On Debian systems, the full text of that licence is in /usr/share/common-licenses/GPL-3. Its run-time libraries come with the following
exception:
`;

const gcc = (): Part => ({
  files: 'gcc/libatomic/* gcc/libgcc/* gcc/libstdc++-v3/*',
  what: 'libatomic, libgcc_s and libstdc++ of GCC',
  licence: 'GPL-3+ with GCC-Runtime-3.1 exception',
  text: `${GCC}\n${readLicence(path.join(import.meta.dirname, 'gcc-exception.txt'))}`,
});

/** Libraries in the library with which Node makes single executables. */
const lief = (name: string, licence: string, text: string): Part => ({
  files: `node/deps/LIEF/third-party/${name}/*`,
  what: `${name}, in LIEF of Node.js`,
  licence,
  text,
});

/** `expat`: a text of that licence. */
export function untoldParts(expat: string): Part[] {
  const grant = expat.slice(expat.indexOf('Permission is hereby granted'));
  return [
    lief('mbedtls', 'Apache-2.0', `Copyright The Mbed TLS Contributors\n${APACHE_REFERENCE}`),
    lief('frozen', 'Apache-2.0', APACHE_REFERENCE),
    lief(
      'spdlog',
      'Expat',
      `Copyright (c) 2016 Gabi Melman and spdlog contributors\nCopyright (c) 2012 Victor Zverovich and {fmt} contributors\n${grant}`,
    ),
    {
      files: 'node_modules/better-sqlite3/deps/sqlite3/* node/deps/sqlite/*',
      what: 'SQLite',
      licence: 'public-domain',
      text: SQLITE,
    },
    {
      files: 'node/src/node_root_certs.h',
      what: 'certificates of authorities, in Node.js',
      licence: 'MPL-2.0',
      text: MOZILLA,
    },
    ...(process.arch === 'x64' ? [gcc()] : []),
  ];
}
