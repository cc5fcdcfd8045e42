/** The lines for cron, run by a real cron with the environment that it gives: silence while all is well, one mail for news. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { simpleParser, type ParsedMail } from 'mailparser';
import { minute } from '../support/world.ts';
import { keepMails } from './installation.ts';
import { cannotStart, Machine } from './machine.ts';
import { Site } from './site.ts';

const CRON = '/usr/sbin/cron';
const shipped = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../../cron', name), 'utf8');

/** The same for one of several installations: due in every minute, with mail to a name of its own. */
function lineFor({ config, name }: Site, file: string): string {
  const text = shipped(file)
    .replace(/^MAILTO=root$/mu, `MAILTO=${name}`)
    .replace(/^\*\/10 /mu, '* ');
  return `BACKUPMON_CONFIG=${config}\n${text}`;
}

/** One for each thing that can be, before the scan of cron. */
function sitesOn(machine: Machine): Site[] {
  const well = new Site(machine, 'well');
  const failing = new Site(machine, 'failing');
  failing.deposit(20, false);
  const known = new Site(machine, 'known');
  known.deposit(20, false);
  known.run('scan');
  const mended = new Site(machine, 'mended');
  mended.deposit(20, false);
  mended.run('scan');
  mended.deposit(10, true);
  const own = new Site(machine, 'own');
  own.deposit(20, false);
  const bare = new Site(machine, 'bare');
  bare.deposit(20, false);
  return [well, failing, known, mended, own, bare];
}

/** All of them, as administrators would put them; and files that are passed over. */
function place(machine: Machine, sites: readonly Site[]): void {
  for (const site of sites) {
    const line = lineFor(site, site.name === 'own' ? 'crontab.example' : 'backupmon');
    const isBare = site.name === 'bare';
    const text = isBare ? line.replaceAll(/^(?:LANG|CONTENT_TYPE)=.*\n/gmu, '') : line;
    machine.write(`${site.name === 'own' ? '/root' : '/etc/cron.d'}/${site.name}`, text);
  }
  machine.done('crontab', '-u', 'backupmon', '/root/own');
  const line = (to: string): string => `MAILTO=${to}\n* * * * * backupmon env`;
  machine.write('/etc/cron.d/environment', `${line('environment')}\n`);
  machine.write('/etc/cron.d/with.dot', `${line('dot')}\n`);
  machine.write('/etc/cron.d/writable', `${line('writable')}\n`, 0o664);
  machine.write('/etc/cron.d/unfinished', line('unfinished'));
}

/** The next minute begins, and what cron starts then has come to its end. */
async function nextMinute(sites: readonly Site[], since: number): Promise<void> {
  await wait(minute - (Date.now() % minute));
  for (let turn = 0; turn < 130; turn += 1) {
    await wait(500);
    if (!sites.every((site) => site.hasScanned(since))) continue;
    // Mail is sent after the program has ended.
    await wait(1000);
    return;
  }
  throw new Error('cron did not run all of them');
}

describe('under cron', { skip: cannotStart(CRON) }, () => {
  let machine: Machine;
  let mails: readonly ParsedMail[];

  /** What was mailed to a name. */
  const mailedTo = (name: string): string[] =>
    mails.filter(({ headers }) => headers.get('x-to') === name).map(({ text }) => text ?? '');

  before(async () => {
    machine = new Machine([CRON, '-f']);
    await machine.up(() => true);
    machine.done('sh', '-c', 'id backupmon || useradd --system --user-group backupmon');
    for (const file of ['environment', 'default/locale']) machine.write(`/etc/${file}`, '');
    const kept = keepMails(machine);
    const sites = sitesOn(machine);
    const unable = new Site(machine, 'unable');
    machine.done('rm', '/srv/unable/validated/.backupmon');
    const since = Date.now();
    place(machine, [...sites, unable]);
    await nextMinute(sites, since);
    // Names without a domain are no addresses to the parser.
    const texts = kept().map((text) => text.replace(/^To: /mu, 'X-To: '));
    mails = await Promise.all(texts.map((text) => simpleParser(text)));
  });
  after(() => machine.stop());

  it('the environment is as bare as cron makes it', () => {
    const [environment = ''] = mailedTo('environment');
    const names = environment.match(/^\w+(?==)/gmu)?.toSorted();
    assert.deepEqual(names, ['HOME', 'LOGNAME', 'MAILTO', 'PATH', 'PWD', 'SHELL']);
    assert.match(environment, /^PATH=\/usr\/bin:\/bin$/mu);
  });

  it('nothing is mailed while all is well, nor of what is known', () => {
    assert.deepEqual(mailedTo('well'), []);
    assert.deepEqual(mailedTo('known'), []);
  });

  for (const name of ['failing', 'own'])
    it(`what is new is one mail of one line: ${name}`, () => {
      const [text = '', ...others] = mailedTo(name);
      assert.deepEqual(others, []);
      assert.match(text, /^CRITICAL paris\/été FAILED: [^\n]* → [^\n]*\n$/u);
    });

  it('without the two lines it is in ASCII', () => {
    const [text = '', ...others] = mailedTo('bare');
    assert.deepEqual(others, []);
    assert.match(text, /^CRITICAL paris\/ete FAILED: [ -~]* -> [ -~]*\n$/u);
  });

  it('so is what is well again', () => {
    const [text = '', ...others] = mailedTo('mended');
    assert.deepEqual(others, []);
    assert.match(text, /^RECOVERED paris\/été success: [^\n]*\n$/u);
  });

  it('a scan that cannot do its work says so', () => {
    const texts = new Set(mailedTo('unable'));
    assert.equal(texts.size, 1);
    assert.match([...texts][0] ?? '', /^backupmon: \/srv\/unable\/validated has no marker file/u);
  });

  it('files are passed over for a dot, for others who may write, and for a last line without an end', () => {
    for (const name of ['dot', 'writable', 'unfinished'])
      assert.deepEqual(mailedTo(name), [], name);
  });
});

describe('the files for cron', () => {
  it('are not what cron passes over', () => {
    assert.match(shipped('backupmon'), /\* backupmon \/usr\/bin\/backupmon scan\n$/u);
    assert.match(shipped('crontab.example'), /\* \/usr\/bin\/backupmon scan\n$/u);
  });
});
