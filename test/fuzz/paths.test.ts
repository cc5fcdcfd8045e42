/** Where the versions of a job go: never out of the tree, never into another job's folder, never over what is the tree's own. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { checkText, schemaFor } from '../../src/config/load.ts';
import { pathComponentFault, pathFault } from '../../src/config/names.ts';
import { readTemplate } from '../../src/config/pieces.ts';
import { componentsOf, namesIn } from '../../src/config/template.ts';
import { parseVersionStamp } from '../../src/core/instant.ts';
import { pathConflicts } from '../../src/core/path-conflicts.ts';
import { folded } from '../../src/core/text.ts';
import { fuzz } from './inputs.ts';
import { type Random, words } from './random.ts';

const root = '/mnt/validated';
const reserved = new Set(['current', '.incoming', '.held', '.backupmon', '.', '..', '']);

/** Of which templates, labels and names are made. */
const parts = [
  ...words(`. .. ... / // \\ a A b c a/b ../x current CURRENT .held .incoming .backupmon {agent} {database}
    {site} {city} {agent}/{database} {city}/{database} { } {} {{city}} {AGENT} SHA256SUMS com1 - _ ~
    20260620T183735Z 20260620T183735Z-2 __proto__ constructor $& $1`),
  ...'¦ ¦é¦e\u0301¦É¦ß¦SS¦ſ¦s¦ς¦σ¦Å¦\u212b¦\0¦\n¦\u202e¦\u200b¦\ud800¦💥¦nul¦a.¦a '.split('¦'),
  'x'.repeat(50),
  'é'.repeat(40),
];
const piece = (random: Random): string => (random.once(6) ? random.text(3) : random.pick(parts));
const joined = (random: Random, most: number): string =>
  random.list(most, () => piece(random)).join(random.pick(['', '', '/']));

/** How a disk that ignores case, or writes accents its own way, might see a path: four ways. */
const seenAs = (place: string): string[] => {
  const upper = place.normalize('NFC').toUpperCase();
  return [place, place.toLowerCase(), upper, place.normalize('NFD').toLowerCase()];
};

/** What the tree needs of a path, said once more in other words than those of the loader. */
function assertSafe(place: string): void {
  const resolved = path.resolve(root, place);
  assert.ok(resolved.startsWith(`${root}/`) && resolved === `${root}/${place}`, place);
  assert.ok(Buffer.byteLength(place) <= 1024);
  assert.doesNotMatch(place, /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u);
  for (const component of place.split('/')) {
    assert.ok(!reserved.has(component.toLowerCase()) && !component.startsWith('.'), component);
    assert.equal(parseVersionStamp(component), null);
    assert.ok(Buffer.byteLength(component) <= 100);
  }
}

let schema = schemaFor({});
let used = 0;

/** JSON is YAML: whatever the names, each arrives as it is. */
function configuration(random: Random): string {
  const names = (most: number): string[] => random.list(most, () => joined(random, 2) || 'a');
  const labels = (): object =>
    Object.fromEntries(random.list(2, () => [random.pick(['city', 'x', 'ß']), joined(random, 2)]));
  const rules = (): object => ({
    ...(random.once(2) && { path: joined(random, 4) }),
    ...(random.once(2) && { labels: labels() }),
  });
  const databases = (): object =>
    random.once(2) ? names(3) : Object.fromEntries(names(3).map((name) => [name, rules()]));
  return JSON.stringify({
    deposits: '/mnt/deposits',
    validated: root,
    database: '/var/lib/x.db',
    site: random.once(4) ? joined(random, 2) : 'site',
    defaults: { schedule: 'every 1d', ...rules() },
    agents: Object.fromEntries(
      names(3).map((name) => [name, { databases: databases(), ...rules() }]),
    ),
  });
}

fuzz('paths: every job has a folder of its own', configuration, (text) => {
  used += 1;
  if (used % 2_000 === 0) schema = schemaFor({});
  const loaded = checkText('/config.yaml', text, {}, schema);
  if (loaded.kind === 'invalid') return;
  const { jobs } = loaded.config;
  const taken = new Map<string, string>();
  for (const job of jobs) {
    assertSafe(job.path);
    for (const seen of new Set(seenAs(job.path))) {
      assert.equal(taken.get(seen), undefined, `${job.id} and ${taken.get(seen)}: ${job.path}`);
      taken.set(seen, job.id);
    }
  }
  for (const job of jobs) {
    for (const seen of seenAs(job.path)) {
      for (let end = seen.lastIndexOf('/'); end > 0; end = seen.lastIndexOf('/', end - 1)) {
        const outer = taken.get(seen.slice(0, end));
        assert.ok(outer === undefined || outer === job.id, `${job.path} lies in that of ${outer}`);
      }
    }
  }
  // Each job's own versions are no conflict, and those of another in its place are one.
  const owned = jobs.map(({ id, path: place }) => ({
    folder: `${place}/20260620T183735Z`,
    owner: id,
  }));
  assert.deepEqual(pathConflicts(jobs, owned), []);
  const [first] = owned;
  if (first !== undefined)
    assert.equal(pathConflicts(jobs, [{ ...first, owner: 'somebody/else' }]).length, 1);
  // The same file says the same again.
  assert.deepEqual(checkText('/config.yaml', text, {}, schema), loaded);
});

fuzz(
  'paths: templates and components',
  (random) => ({
    template: joined(random, 5),
    values: new Map(
      ['agent', 'database', 'site', 'city', 'AGENT'].map((name) => [name, joined(random, 2)]),
    ),
  }),
  ({ template, values }) => {
    const read = readTemplate(template);
    if (!('value' in read)) return;
    if (namesIn(template).some((name) => !values.has(name))) return;
    const components = componentsOf(template, values);
    // What is filled in makes no level of its own, and is filled in once.
    assert.equal(components.length, template.split('/').length);
    if (components.some((component) => pathComponentFault(component) !== null)) return;
    const place = components.join('/');
    if (pathFault(place) === null) assertSafe(place);
    // A path that was rendered is a template of itself.
    if (!/[{}]/.test(place)) {
      assert.ok('value' in readTemplate(place));
      assert.equal(componentsOf(place, values).join('/'), place);
    }
  },
);

/** Letters of scripts with upper and lower case, and some without; marks of their own have no case. */
const letters = Array.from({ length: 0x1_0000 }, (_, point) => String.fromCodePoint(point)).filter(
  (letter) => /^\p{L}$/u.test(letter),
);
const cased = letters.filter((letter) => letter.toLowerCase() !== letter.toUpperCase());

fuzz(
  'paths: names that differ in case only',
  (random) => random.list(5, () => random.pick(random.once(4) ? letters : cased)).join(''),
  (name) => {
    const form = folded(name);
    assert.equal(folded(form), form);
    const others = [name.toUpperCase(), name.toLowerCase(), name.normalize('NFD')];
    for (const other of others) assert.equal(folded(other), form, JSON.stringify([name, other]));
  },
);
