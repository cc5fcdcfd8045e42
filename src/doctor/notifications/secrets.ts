/** Files that hold a password or a key, as they lie there. */
import type { Finding } from '../../core/finding.ts';
import type { Config } from '../../core/job.ts';
import {
  closedFolder,
  foldersAbove,
  isEmptyFile,
  modeOf,
  refusalOf,
  type Mode,
} from '../rights/access.ts';
import { isCredential, judgeCredential, type CredentialFacts } from './credentials.ts';
import type { Look } from '../look.ts';
import { othersTo } from '../rights/others.ts';
import { examineAbove } from '../rights/owners.ts';
import { judgeSecret, type SecretFacts } from './secret.ts';

interface Secret {
  readonly path: string;
  readonly what: string;
  readonly isKey: boolean;
}

function secretsOf({ notifications }: Config): Secret[] {
  const { email, webhooks } = notifications;
  const password = email?.server.kind === 'smtp' ? email.server.passwordFile : null;
  return [
    ...(password === null ? [] : [{ path: password, what: 'the password for mail', isKey: false }]),
    ...webhooks.flatMap(({ name, secretFile }) =>
      secretFile === null ? [] : [{ path: secretFile, what: `the key of ${name}`, isKey: true }],
    ),
  ];
}

export interface Known extends CredentialFacts {
  /** The mail server was visited, so the password could be read, if one is needed; or what could be read is not known. */
  readonly isVisited: boolean;
}

/** Of an empty password for mail the visit to the server tells. */
function kindOf(
  { path, isKey }: Secret,
  mode: Mode | null,
  isVisited: boolean,
): SecretFacts['kind'] {
  if (mode?.isPipe === true) return isKey || isVisited ? 'file' : 'silent';
  if (mode !== null && !mode.isFile) return 'other';
  return isKey && isEmptyFile(path) ? 'empty' : 'file';
}

const lacksOf = (
  path: string,
  { scanner }: Pick<Look, 'scanner'>,
): Pick<SecretFacts, 'refusal' | 'closed'> => ({
  refusal: scanner.present ? refusalOf(path, 'read') : null,
  closed: scanner.present ? closedFolder(path) : null,
});

async function factsOf(secret: Secret, look: Look, isVisited: boolean): Promise<SecretFacts> {
  const { path, what } = secret;
  const { scanner, accounts } = look;
  const mode = modeOf(path);
  // The documentation gives it to the group of the user that scans.
  const others = (await othersTo(look, [{ path, mode }], { right: 'read', trustsGroup: true })).get(
    path,
  );
  const isExpected = mode === null || mode.uid === 0 || mode.uid === scanner.uid || !scanner.known;
  return {
    path,
    what,
    mode,
    ...lacksOf(path, look),
    kind: kindOf(secret, mode, isVisited),
    others: others ?? null,
    stranger: isExpected ? null : await accounts.userText(mode.uid),
  };
}

export async function examineSecrets(look: Look, facts: Known): Promise<Finding[]> {
  if (look.config === null) return [];
  const secrets = secretsOf(look.config);
  const found: Finding[] = [];
  for (const secret of secrets) {
    if (isCredential(secret.path)) found.push(judgeCredential(secret, facts, look));
    else found.push(...judgeSecret(await factsOf(secret, look, facts.isVisited), look));
  }
  const things = secrets
    .filter(({ path }) => !isCredential(path))
    .map(({ path, what }) => ({ path, what, to: null }));
  // Of those above the configuration it is told there.
  const told = new Set(foldersAbove(look.file));
  const above = await examineAbove('notifications', things, look);
  return [...found, ...above.filter(({ subject }) => !told.has(subject))];
}
