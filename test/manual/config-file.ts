/** A whole configuration around what the manual shows of one key: JSON is YAML too. */
import { parse } from 'yaml';
import type { KeySection } from '../../scripts/manual/config/sections.ts';
import { mapAt } from '../../scripts/manual/config/schema.ts';

type Map = Readonly<Record<string, unknown>>;

/** What has to stand beside a key. */
const needed: Map = {
  host: 'smtp.example.org',
  from: 'a@b.example',
  to: ['a@b.example'],
  address: 'a@b.example',
  url: 'https://h.example',
  run: ['/bin/true'],
  schedule: '0 2 * * 0',
  for: '4h',
};
const email: Map = { smtp: { host: needed['host'] }, from: needed['from'], to: needed['to'] };
const rules: Map = { schedule: '0 20 * * *', labels: { company: 'c', city: 'd' } };
const lyon: Map = { databases: ['shop'] };

const base: Map = {
  deposits: '/mnt/deposits',
  validated: '/mnt/validated',
  database: '/var/lib/backupmon/backupmon.db',
  defaults: rules,
  agents: { paris: { databases: ['compta', 'crm'] }, lyon },
};

/** Where the keys of a section stand, by its path. */
const places: Readonly<Record<string, (own: Map) => Map>> = {
  '': (own) => own,
  defaults: (own) => ({ defaults: { ...rules, ...own } }),
  'defaults.keep': (own) => ({ defaults: { ...rules, ...own } }),
  'agents.*': (own) => ({ agents: { paris: { databases: ['compta', 'crm'], ...own }, lyon } }),
  notifications: (own) => ({ notifications: 'digest' in own ? { email, ...own } : own }),
  'notifications.email': (own) => {
    const { smtp, ...rest } = email;
    return {
      notifications: { email: { ...rest, ...('sendmail' in own ? {} : { smtp }), ...own } },
    };
  },
  'notifications.email.smtp': (own) => ({ notifications: { email: { ...email, smtp: own } } }),
  'notifications.email.to': (own) => ({ notifications: { email: { ...email, to: [own] } } }),
  'notifications.webhook': (own) => ({ notifications: { webhook: own } }),
  'notifications.command': (own) => ({ notifications: { command: [own] } }),
  'notifications.heartbeat': (own) => ({ notifications: { heartbeat: own } }),
  maintenance: (own) => ({ maintenance: [own] }),
};

/**
 * @param lines of the section, as they would be written
 * @throws Error for a section whose place is not known
 */
export function fileWith({ path }: KeySection, lines: string): string {
  const place = places[path.join('.')];
  if (place === undefined) throw new Error(`where does ${path.join('.')} stand?`);
  const own = (parse(lines) ?? {}) as Map;
  const { required = [] } = path.length === 0 ? {} : mapAt(path);
  const beside = required.filter((key) => key in needed).map((key) => [key, needed[key]] as const);
  const isPart = path.length > 1 || path[0] === 'maintenance';
  return JSON.stringify({
    ...base,
    ...place({ ...(isPart ? Object.fromEntries(beside) : {}), ...own }),
  });
}
