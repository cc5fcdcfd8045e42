/**
 * Builds dist/. What start-up costs against bare Node was measured on the way here (`--version` / `status --json` of 100 jobs): one ESM file
 * 3.6 / 4.3, one CommonJS file 2.9 / 4.1, with a code cache of what has run 1.6 / 2.0. The rest is told in docs/architecture.md, and
 * measured by `npm run bench`.
 */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import path from 'node:path';
import { bundle, bundleRarely, writePacks } from './bundle.js';
import { writeCompletion } from './generate-completion.ts';
import { writeManual } from './generate-manual.ts';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

// Beside the old one, which may be in use: it stays where this fails.
const out = 'dist.new';
rmSync(out, { recursive: true, force: true });
mkdirSync(out);
await bundleRarely(out);
copyFileSync('scripts/start.cjs', `${out}/start.cjs`);

// What is shipped beside the program, see `backupmon files`.
const share = `${out}/share`;
mkdirSync(share);
for (const name of ['schemas', 'systemd', 'cron', 'docs/monitoring', 'config.example.yaml'])
  cpSync(name, `${share}/${path.basename(name)}`, { recursive: true });
writeManual(`${share}/man`);
writeCompletion(`${share}/completion`);

/** In a process of its own: what the commands do there must not touch the build. */
function rehearse(task) {
  const { status, stdout } = spawnSync(process.execPath, ['scripts/rehearse.js', out, task], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`build: the rehearsal (${task}) failed`);
  return stdout;
}

const chunks = await bundle(version);
const names = [...chunks.keys()];

/** Packs by their names, each with the numbers of its chunks. */
const write = (packs) =>
  writePacks(
    out,
    new Map(
      [...packs].map(([pack, numbers]) => [
        pack,
        new Map(numbers.map((number) => [names[number], chunks.get(names[number])])),
      ]),
    ),
  );

// First each chunk is a pack: so it is seen what each command loads. What the first command needs is read by all of them.
const alone = (number) => (number === 0 ? 'backupmon' : `chunk-${number}`);
write(new Map(names.map((_, number) => [alone(number), [number]])));
const recorded = JSON.parse(rehearse('record'));
const packs = new Map([...recorded.map(({ pack }) => [pack, []]), ['others', []]]);
for (const number of names.keys()) {
  const pack = alone(number);
  if (number > 0) rmSync(`${out}/${pack}.cjs`);
  const first = recorded.find(({ loaded }) => loaded.includes(pack));
  packs.get(first?.pack ?? 'others').push(number);
}
write(packs);
rehearse('cache');
for (const { pack } of recorded)
  if (!existsSync(`${out}/${pack}.cache`)) throw new Error(`build: nothing was cached of ${pack}`);
rmSync('dist', { recursive: true, force: true });
renameSync(out, 'dist');
