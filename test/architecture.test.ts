/**
 * The import law: which room of src/ may use which. It is read from the import statements themselves, those of types and the
 * dynamic ones too. Every failure says which file breaks which rule, and why the rule is there.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { transformSync } from 'esbuild';

interface Law {
  /** Rooms whose files it may import, beside its own. */
  readonly rooms: readonly string[];
  /** node: builtins, without the prefix. */
  readonly builtins: readonly string[];
  readonly packages: readonly string[];
  readonly why: string;
}

const pureRoom =
  'it is pure: the same answer for the same question, without a clock, a disk or a library, so that tables can test it';
const sideRoom =
  'side rooms know core and the named system calls, never one another: pass/ brings together what they found';
const ask = 'what it needs is handed to it by cli/, as an argument';

const laws: Readonly<Record<string, Law>> = {
  core: { rooms: [], builtins: [], packages: [], why: pureRoom },
  calendar: {
    rooms: ['core'],
    builtins: [],
    packages: ['croner'],
    why: 'it turns cron expressions into instants and does nothing else',
  },
  files: {
    rooms: [],
    builtins: ['crypto', 'fs'],
    packages: [],
    why: 'it names system calls and knows nothing of backups',
  },
  config: {
    rooms: ['core', 'calendar'],
    builtins: ['buffer', 'fs', 'fs/promises', 'os', 'path'],
    packages: ['yaml', 'zod'],
    why: 'it knows files and rules of the configuration only, so that check-config works without anything else',
  },
  deposits: { rooms: ['core', 'files'], builtins: ['fs'], packages: [], why: sideRoom },
  intake: {
    rooms: ['core', 'files'],
    builtins: ['buffer', 'crypto', 'fs', 'sqlite', 'worker_threads', 'zlib'],
    packages: ['execa'],
    why: sideRoom,
  },
  validated: {
    rooms: ['core', 'files'],
    builtins: ['fs', 'path'],
    packages: [],
    why: sideRoom,
  },
  db: {
    rooms: ['core'],
    builtins: ['fs'],
    packages: ['better-sqlite3', 'kysely'],
    why: sideRoom,
  },
  notify: {
    rooms: ['core'],
    builtins: ['crypto', 'fs'],
    packages: ['execa', 'nodemailer'],
    why: sideRoom,
  },
  render: {
    rooms: ['core'],
    builtins: [],
    packages: ['cli-table3', 'picocolors'],
    why: 'data in, text out: what is shown was gathered and decided before',
  },
  views: {
    rooms: ['core', 'db', 'render'],
    builtins: [],
    packages: [],
    why: 'it gathers from the database what renderers are given, and neither shows nor changes anything',
  },
  alarms: {
    rooms: ['core', 'db', 'notify', 'render', 'views'],
    builtins: [],
    packages: [],
    why: `it makes messages of what a pass has recorded, and brings them out; ${ask}`,
  },
  pass: {
    rooms: ['core', 'deposits', 'intake', 'validated', 'db', 'files'],
    builtins: ['fs'],
    packages: [],
    why: `it is the order of one pass, told with the words of the side rooms; ${ask}`,
  },
  doctor: {
    rooms: ['core', 'config', 'db', 'deposits', 'files', 'validated'],
    builtins: ['child_process', 'fs', 'path'],
    packages: ['yaml'],
    why: `it looks at the machine with the words of the side rooms, and changes nothing; ${ask}`,
  },
  cli: {
    rooms: [
      'core',
      'calendar',
      'files',
      'config',
      'deposits',
      'intake',
      'validated',
      'db',
      'notify',
      'render',
      'views',
      'pass',
      'alarms',
      'doctor',
      'program',
      'version',
    ],
    builtins: ['child_process', 'fs', 'os', 'path', 'readline', 'tty', 'url'],
    packages: ['commander', 'picocolors'],
    why: 'it joins the rooms and talks to people; nothing but main stands above it',
  },
  version: { rooms: [], builtins: [], packages: [], why: 'it is one constant' },
  program: {
    rooms: [],
    builtins: ['fs', 'path', 'url'],
    packages: [],
    why: 'it knows where the program and its files are, and nothing else',
  },
  binary: {
    rooms: ['program'],
    builtins: ['fs', 'path', 'sea', 'vm'],
    packages: [],
    why: 'it starts the one binary before anything of the program is loaded, and is a bundle of its own',
  },
  main: {
    rooms: ['cli', 'intake', 'program'],
    builtins: ['worker_threads'],
    packages: [],
    why: 'it is the program or a worker thread of it, and nothing more',
  },
};

interface Import {
  readonly target: string;
  readonly kind: 'static' | 'type' | 'dynamic';
}

interface Source {
  readonly file: string;
  readonly room: string;
  readonly imports: readonly Import[];
  /** Without comments, types and the content of plain strings. */
  readonly code: string;
}

const statement =
  /^(?:import|export)\s+(?<type>type\s)?(?:[\w$*\s{},]*?\sfrom\s+)?(?<quote>['"])(?<target>[^'"]+)\k<quote>/gmu;
const call =
  /\b(?:import|require|getBuiltinModule)\s*\(\s*(?<quote>['"`])(?<target>[^'"`]+)\k<quote>/gu;

function withoutComments(text: string): string {
  return text.replaceAll(/^\s*\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gmu, '');
}

function importsOf(text: string): Import[] {
  const source = withoutComments(text);
  return [
    ...[...source.matchAll(statement)].map(({ groups }): Import => {
      const kind = groups?.['type'] === undefined ? 'static' : 'type';
      return { target: groups?.['target'] ?? '', kind };
    }),
    ...[...source.matchAll(call)].map(({ groups }): Import => ({
      target: groups?.['target'] ?? '',
      kind: 'dynamic',
    })),
  ];
}

function codeOf(text: string): string {
  const { code } = transformSync(text, { loader: 'ts', legalComments: 'none' });
  return code.replaceAll(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/gu, '""');
}

const roomOf = (file: string): string =>
  path.relative('src', file).split(path.sep)[0]?.replace(/\.ts$/u, '') ?? '';

const sources: readonly Source[] = globSync('src/**/*.ts')
  .toSorted()
  .map((file) => {
    const text = readFileSync(file, 'utf8');
    return { file, room: roomOf(file), imports: importsOf(text), code: codeOf(text) };
  });

/** The file that a relative import means. */
const resolved = (from: string, target: string): string => path.join(path.dirname(from), target);

const packageOf = (target: string): string =>
  target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/');

/** What is wrong with one import; null when nothing is. */
function faultOf({ file, room }: Source, { target }: Import): string | null {
  const law = laws[room];
  if (law === undefined) return `${file}: src/${room} is no room of the house; give it a law here`;
  const because = `src/${room}: ${law.why}`;
  if (target.startsWith('.')) {
    const other = roomOf(resolved(file, target));
    return other === room || law.rooms.includes(other)
      ? null
      : `${file} imports ${target}: ${room} must not use ${other}. Why: ${because}`;
  }
  if (target.startsWith('node:')) {
    return law.builtins.includes(target.slice('node:'.length))
      ? null
      : `${file} imports ${target}, which is not in the table of ${room}. Why: ${because}`;
  }
  return law.packages.includes(packageOf(target))
    ? null
    : `${file} imports ${target}: that package is not in the table of ${room}. Why: ${because}`;
}

/** Everything reached from a file without a dynamic import; packages by their names. */
function staticReach(entry: string): ReadonlyMap<string, readonly string[]> {
  const byFile = new Map(sources.map((source) => [source.file, source]));
  const reached = new Map<string, readonly string[]>([[entry, [entry]]]);
  for (const [file, way] of reached) {
    for (const { target, kind } of byFile.get(file)?.imports ?? []) {
      if (kind !== 'static') continue;
      const next = target.startsWith('.') ? resolved(file, target) : packageOf(target);
      if (!reached.has(next)) reached.set(next, [...way, next]);
    }
  }
  return reached;
}

const noFaults = (faults: readonly string[]): void =>
  assert.ok(faults.length === 0, `\n${faults.join('\n')}`);

function searched(
  pattern: RegExp,
  allowed: (source: Source) => boolean,
  why: string,
): readonly string[] {
  return sources.flatMap((source) => {
    const found = allowed(source) ? null : pattern.exec(source.code);
    return found === null ? [] : [`${source.file} has \`${found[0]}\`. Why not: ${why}`];
  });
}

test('the law is read from real imports', () => {
  // Guards the test itself: a scanner that finds nothing would find nothing wrong.
  const text = `/** import x from 'comment'; */
import a from 'plain';
import type { B } from './type.ts';
import {
  c,
} from './several-lines.ts';
import './effect.ts';
export { d } from './again.ts';
export type { E } from './again-type.ts';
const f = await import('./dynamic.ts');
const g = process.getBuiltinModule('node:net');
`;
  assert.deepEqual(
    importsOf(text).map(({ target, kind }) => `${kind} ${target}`),
    [
      'static plain',
      'type ./type.ts',
      'static ./several-lines.ts',
      'static ./effect.ts',
      'static ./again.ts',
      'type ./again-type.ts',
      'dynamic ./dynamic.ts',
      'dynamic node:net',
    ],
  );
  assert.ok(sources.length > 50 && sources.every((source) => source.imports.length < 100));
  assert.ok(!codeOf(`// Date.now()\nconst x = 'Date.now()';`).includes('Date.now'));
  const made: Source = { file: 'src/core/x.ts', room: 'core', imports: [], code: '' };
  for (const target of ['../db/open.ts', 'node:fs', 'zod'])
    assert.match(faultOf(made, { target, kind: 'type' }) ?? '', /^src\/core\/x\.ts imports/u);
});

test('every room imports only what its law allows', () => {
  noFaults(
    sources.flatMap((source) => source.imports.flatMap((one) => faultOf(source, one) ?? [])),
  );
});

test('every import names a file that is there', () => {
  const files = new Set(sources.map((source) => source.file));
  noFaults(
    sources.flatMap(({ file, imports }) =>
      imports
        .filter(({ target }) => target.startsWith('.') && !files.has(resolved(file, target)))
        .map(({ target }) => `${file} imports ${target}, which does not exist`),
    ),
  );
});

test('no room below cli reads a clock', () => {
  noFaults(
    searched(
      /\bDate\.now\b|\bnew Date\(\)|(?<!new )\bDate\(\)|\bperformance\.(?:now|timeOrigin)\b|\bhrtime\b/u,
      ({ file }) => file === 'src/cli/io.ts' || file === 'src/binary/start.ts',
      'time is an argument: one pass has one `now`, read in cli/io.ts, and tests choose it',
    ),
  );
});

test('streams and environment are touched in cli/io.ts only', () => {
  noFaults(
    searched(
      /\bprocess\.(?:stdout|stderr|stdin|env)\b|\bconsole\.\w+/u,
      ({ file }) => file === 'src/cli/io.ts' || file === 'src/binary/start.ts',
      'what a command reads and prints goes through its Io, so that every stream is judged by itself and nothing is lost at the end',
    ),
  );
});

test('the process is ended by nobody, and its exit code set by main.ts', () => {
  noFaults([
    ...searched(
      /\bprocess\.(?:exit|abort|kill|reallyExit)\b/u,
      () => false,
      'a process that ends at once loses what it has printed to a pipe',
    ),
    ...searched(
      /\bprocess\.exitCode\b/u,
      ({ file }) => file === 'src/main.ts',
      'the exit code is what run() returns; one place sets it',
    ),
  ]);
});

test('chance and timers stay out of core', () => {
  noFaults(
    searched(
      /\bMath\.random\b|\bcrypto\.|\bset(?:Timeout|Interval|Immediate)\b|\bprocess\b|\bfetch\b/u,
      ({ room }) => room !== 'core',
      pureRoom,
    ),
  );
});

test('the program starts without its heavy libraries', () => {
  const reached = staticReach('src/main.ts');
  const heavy = [
    'yaml',
    'zod',
    'croner',
    'cli-table3',
    'better-sqlite3',
    'kysely',
    'nodemailer',
    'execa',
  ];
  noFaults(
    heavy
      .filter((name) => reached.has(name))
      .map(
        (name) =>
          `${reached.get(name)?.join(' → ')}: \`--version\` would pay for ${name}. Load it where it is used, with import()`,
      ),
  );
});

test('yaml and zod are loaded only where a configuration is parsed', () => {
  const commands = sources.filter(({ file }) => file.startsWith('src/cli/'));
  const parsing = new Set(['src/cli/commands/check-config.ts']);
  noFaults(
    commands
      .filter(({ file }) => !parsing.has(file))
      .flatMap(({ file }) => {
        const reached = staticReach(file);
        return ['yaml', 'zod', 'cli-table3'].flatMap((name) => {
          const way = reached.get(name);
          return way === undefined
            ? []
            : [`${way.join(' → ')}: with a cached configuration ${name} is not needed`];
        });
      }),
  );
});

test('no file is read as text by its path: Node aborts, and tells nothing, where such a file cannot be closed', () => {
  const found = globSync('src/**/*.ts').flatMap((file) =>
    [
      ...readFileSync(file, 'utf8').matchAll(/readFileSync\((?!descriptor\b)[^)]*utf-?8[^)]*\)/gu),
    ].map(([reading]) => `${file}: ${reading}`),
  );
  assert.deepEqual(found, []);
});
