/** What the facts about one file with a password or a key mean: the scan has to read it, and nobody else may. */
import type { Finding } from '../../core/finding.ts';
import type { Mode } from '../rights/access.ts';
import { critical, warning } from '../finding.ts';
import type { Others } from '../rights/grants.ts';
import type { Words } from '../hands.ts';
import type { Look } from '../look.ts';

export interface SecretFacts {
  readonly path: string;
  readonly what: string;
  /** null: it is not there, or may not be known. */
  readonly mode: Pick<Mode, 'uid'> | null;
  /** Why it may not be read, as an errno name; null where it may, and where that is not known. */
  readonly refusal: string | null;
  /** The first folder above it that may not be entered. */
  readonly closed: string | null;
  /** `silent`: a pipe into which nobody wrote when it was read; `other`: a folder or a device. */
  readonly kind: 'file' | 'empty' | 'silent' | 'other';
  /** Who may read or write it beside its owner, root and the user that scans. */
  readonly others: Others | null;
  /** What people call its owner, where that is neither root nor the user that scans. */
  readonly stranger: string | null;
}

type Judging = Pick<Look, 'file' | 'scanner' | 'hands'>;

const UNSENT = 'alarms by this way are not sent';
const KNOWN = 'whoever has it can send mail, or alarms, in your name';

/** Reading for the user that scans: as its owner, where root is that now, so that nobody who reads it otherwise loses it. */
function giving({ path, mode }: SecretFacts, { scanner }: Judging): Words[] {
  if (mode?.uid === scanner.uid) return [['chmod', 'u+r', path]];
  return mode?.uid === 0
    ? [
        ['chown', scanner.user, path],
        ['chmod', 'u+r', path],
      ]
    : [['setfacl', '-m', `u:${scanner.user}:r`, path]];
}

function judgeRefused(facts: SecretFacts, look: Judging): Finding {
  const { path, what, refusal, closed } = facts;
  const { scanner, hands } = look;
  const tell = (message: string, mend: string): Finding =>
    critical('notifications', path, { message: `${path}, ${what}, ${message}`, why: UNSENT, mend });
  if (closed !== null)
    return tell(
      `may not be read by ${scanner.user}, who scans: he may not enter ${closed}`,
      hands.root(['setfacl', '-m', `u:${scanner.user}:x`, closed]),
    );
  if (refusal === 'ENOENT')
    return tell(
      'does not exist',
      hands.root(['install', '-o', scanner.user, '-m', '0400', '/dev/stdin', path]),
    );
  // A link that leads to itself, or a file where a folder should be: no permission mends that.
  if (refusal !== 'EACCES') return tell(`cannot be reached (${refusal})`, hands.edit(look.file));
  return tell(`may not be read by ${scanner.user}, who scans`, hands.root(...giving(facts, look)));
}

/** Takes it from others. What the user that scans may have by them only, he is given first. */
function closing(facts: SecretFacts, { words }: Others, look: Judging): string {
  const { scanner, hands } = look;
  const isHis = scanner.uid === 0 || facts.mode?.uid === scanner.uid;
  const first = isHis || !scanner.known ? [] : giving(facts, look);
  return hands.root(...first, [...words, facts.path]);
}

function judgeReaders(facts: SecretFacts, look: Judging): Finding[] {
  const { path, what, others, stranger } = facts;
  const { scanner, hands, file } = look;
  const found: Finding[] = [];
  if (stranger !== null)
    found.push(
      warning('notifications', path, {
        message: `${path}, ${what}, belongs to ${stranger}, who is neither root nor ${scanner.user}, who scans`,
        why: `${KNOWN}; name a file that holds nothing for anybody else`,
        mend: hands.edit(file),
      }),
    );
  // To whom its owner gives it is his: the file is to be another one.
  if (others !== null && (others.all || stranger === null))
    found.push(
      warning('notifications', path, {
        message: `${path}, ${what}, may be read or written by ${others.text}`,
        why: KNOWN,
        mend: closing(facts, others, look),
      }),
    );
  return found;
}

export function judgeSecret(facts: SecretFacts, look: Judging): Finding[] {
  const { path, what, refusal, closed, kind } = facts;
  const { scanner, hands } = look;
  const tell = (message: string, mend: string): Finding[] => [
    critical('notifications', path, { message: `${path}, ${what}, ${message}`, why: UNSENT, mend }),
  ];
  if (kind === 'other') return tell('is no file', hands.edit(look.file));
  if (kind === 'empty')
    return tell(
      'is empty',
      hands.root(['install', '-o', scanner.user, '-m', '0400', '/dev/stdin', path]),
    );
  // Who else may is judged once the user that scans can see it, whose rights change by that.
  if (refusal !== null || closed !== null) return [judgeRefused(facts, look)];
  if (kind === 'silent')
    return tell('is a pipe, and nobody has written into it', hands.edit(look.file));
  return judgeReaders(facts, look);
}
