/** What Debian's cron does not take in a crontab: for one such line it passes over the whole file. */
import type { CronFile, CronMend } from './cron-files.ts';
import type { FindUser } from './cron-users.ts';
import { parseTimes } from './cron-times.ts';

export interface Fault {
  /** From 1; null where it is the whole file. */
  readonly line: number | null;
  readonly why: string;
  readonly mend: CronMend;
}

/** As many as crontab(1) takes; of more the first ones are looked at. */
const MOST_LINES = 10_000;
/** Of a command; one more is too many. */
const MOST_BYTES = 998;

// White space is what cron takes for it: blanks and tabs, and neither a carriage return nor what else Unicode has.
const passed = /^[ \t]*(?:#|$)/u;
/** Characters: nobody is to be kept at work by a line. */
const LONGEST = 10_000;
/** `NAME=value`: not without a value, and nothing behind a closing quote. */
const setting =
  /^(?:'[^']*'|"[^"]*"|[^ \t='"]*)[ \t]*=[ \t]*(?:'[^']*'\s*|"[^"]*"\s*|[^\s'"][^]*)$/u;
const timed = /^(@[^ \t]*|[^ \t]+(?:[ \t]+[^ \t]+){0,4})(?:[ \t]+([^]*))?$/u;

async function faultOfLine(
  content: string,
  owner: string | null,
  findUser: FindUser,
): Promise<string | null> {
  const line = content.replace(/^[ \t]+/u, '');
  if (passed.test(line) || setting.test(line)) return null;
  if (line.length > LONGEST) return 'it is too long';
  const [, schedule = '', rest = ''] = timed.exec(line) ?? [];
  const times = parseTimes(schedule);
  if (times.kind === 'refused') return times.why;
  const user = owner ?? rest.split(/[ \t]/u, 1)[0] ?? '';
  if (user === '') return 'it names no user';
  const command = owner === null ? rest.slice(user.length).replace(/^[ \t]+/u, '') : rest;
  if (Buffer.byteLength(command) > MOST_BYTES)
    return `its command is longer than ${MOST_BYTES} bytes`;
  if (owner !== null) return null;
  return (await findUser(user)).exists === false ? `there is no user ${user}` : null;
}

interface Broken {
  readonly what: string;
  readonly pattern: RegExp;
  /** For sed. */
  readonly without: string;
}

/** What other systems and their editors leave in files. */
const foreign: readonly Broken[] = [
  {
    what: 'a byte order mark stands before it',
    pattern: /^\uFEFF/u,
    without: String.raw`s/^\xEF\xBB\xBF//`,
  },
  {
    what: 'there is nothing but a carriage return in it',
    pattern: /^[ \t]*\r$/u,
    without: String.raw`s/\r$//`,
  },
];

/** The first fault, or null. */
export async function faultIn(
  text: string,
  { file, owner }: CronFile,
  findUser: FindUser,
): Promise<Fault | null> {
  const lines = text.split('\n');
  const last = lines.pop() ?? '';
  if (!passed.test(last)) {
    const why = 'cron passes over files whose last line has no end';
    return { line: lines.length + 1, why, mend: ['sed', '-i', '$a\\', file] };
  }
  for (const [index, content] of lines.slice(0, MOST_LINES).entries()) {
    const line = index + 1;
    const refused = (what: string): string =>
      `cron passes over the whole file for line ${line}: ${what}`;
    const broken = foreign.find(({ pattern }) => pattern.test(content));
    if (broken !== undefined)
      return { line, why: refused(broken.what), mend: ['sed', '-i', broken.without, file] };
    const why = await faultOfLine(content, owner, findUser);
    if (why !== null) return { line, why: refused(why), mend: 'edit' };
  }
  return null;
}
