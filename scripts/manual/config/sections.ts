/** The maps of the configuration, in the order in which the manual explains them. */
import { fileKeys } from './file-keys.ts';
import type { KeyTexts } from './key-text.ts';
import {
  commandKeys,
  emailKeys,
  heartbeatKeys,
  maintenanceKeys,
  notificationKeys,
  recipientKeys,
  smtpKeys,
  webhookKeys,
} from './notification-keys.ts';
import { agentKeys, keepKeys, ruleKeys } from './rule-keys.ts';
import type { Prose } from '../blocks.ts';

export interface KeySection {
  readonly title: string;
  /** Where its map is in the file; `*` stands for any name. */
  readonly path: readonly string[];
  readonly before: Prose;
  readonly keys: KeyTexts<string>;
  /** `defaults`, an agent and a database may each have them, and the nearest wins. */
  readonly inherited: boolean;
}

const section = (
  title: string,
  path: readonly string[],
  keys: KeyTexts<string>,
  before: Prose,
  inherited = false,
): KeySection => ({ title, path, keys, before, inherited });

export const keySections: readonly KeySection[] = [
  section('KEYS OF THE FILE', [], fileKeys, 'At the top level:'),
  section(
    'RULES OF JOBS',
    ['defaults'],
    ruleKeys,
    'In `defaults`, in an agent and in a database. A database overrides its agent, and an agent overrides `defaults`, key by key; `keep` is one key. Only `labels` are added to one another.',
    true,
  ),
  section(
    'KEYS OF KEEP',
    ['defaults', 'keep'],
    keepKeys,
    'Where `keep` is a map, at least one of:',
  ),
  section(
    'KEYS OF AN AGENT',
    ['agents', '*'],
    agentKeys,
    'Each agent is named like its folder below `deposits`, and has any of the rules above and:',
  ),
  section('KEYS OF NOTIFICATIONS', ['notifications'], notificationKeys, 'In `notifications`:'),
  section(
    'KEYS OF EMAIL',
    ['notifications', 'email'],
    emailKeys,
    'In `notifications`, in `email`:',
  ),
  section(
    'KEYS OF SMTP',
    ['notifications', 'email', 'smtp'],
    smtpKeys,
    'In `notifications`, in `email`, in `smtp`:',
  ),
  section(
    'KEYS OF A RECIPIENT',
    ['notifications', 'email', 'to'],
    recipientKeys,
    'In `to`, where one is a map:',
  ),
  section(
    'KEYS OF A WEBHOOK',
    ['notifications', 'webhook'],
    webhookKeys,
    'In `notifications`, in `webhook`, or in each of its list:',
  ),
  section(
    'KEYS OF A COMMAND',
    ['notifications', 'command'],
    commandKeys,
    'In `notifications`, in `command`, or in each of its list:',
  ),
  section(
    'KEYS OF A HEARTBEAT',
    ['notifications', 'heartbeat'],
    heartbeatKeys,
    'In `notifications`, in `heartbeat`, where it is a map:',
  ),
  section(
    'KEYS OF A WINDOW',
    ['maintenance'],
    maintenanceKeys,
    'In each of the list of `maintenance`:',
  ),
];
