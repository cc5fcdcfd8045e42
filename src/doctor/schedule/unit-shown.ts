/** Units as systemd has them, by `systemctl show`. */
import type { Machine } from '../machine.ts';

/** Properties and their values; of what is shown more than once, as ExecStart, one line each. */
export type Shown = Readonly<Record<string, string>>;

const asked = [
  'Id',
  'LoadState',
  'ActiveState',
  'SubState',
  'UnitFileState',
  'WantedBy',
  'RequiredBy',
  'LastTriggerUSec',
  'User',
  'Result',
  'ExecMainCode',
  'ExecMainStatus',
  'Environment',
  'EnvironmentFiles',
  'ProtectSystem',
  'ProtectHome',
  'ReadWritePaths',
  'ReadOnlyPaths',
  'InaccessiblePaths',
  'BindPaths',
  'BindReadOnlyPaths',
  'RuntimeDirectory',
  'StateDirectory',
  'CacheDirectory',
  'LogsDirectory',
  'DynamicUser',
  'NeedDaemonReload',
  'ConditionResult',
  'ConditionTimestamp',
  'ExecCondition',
  'AssertResult',
  'AssertTimestamp',
  'ExecStart',
];

function parseShown(text: string): Shown {
  const shown: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const [, name, value = ''] = /^(\w+)=(.*)$/u.exec(line) ?? [];
    if (name === undefined) continue;
    shown[name] = shown[name] === undefined ? value : `${shown[name]}\n${value}`;
  }
  return shown;
}

/** What is told of several units at once, with empty lines between. */
async function showAll(
  { ask }: Machine,
  units: readonly string[],
  names: readonly string[],
): Promise<Shown[]> {
  if (units.length === 0) return [];
  const { out } = await ask('systemctl', 'show', ...units, '-p', names.join(','));
  return out.split(/\n{2,}/u).map(parseShown);
}

/** Nothing where systemctl does not answer. */
export const show = async (machine: Machine, unit: string): Promise<Shown> =>
  (await showAll(machine, [unit], asked))[0] ?? {};

/** Those that systemd has loaded, also transient ones and instances: the service that each starts, by the name of the timer. */
export async function loadedTimers(machine: Machine): Promise<Map<string, string>> {
  const shown = await showAll(machine, ['*.timer'], ['Id', 'Unit']);
  return new Map(
    shown.flatMap(({ Id: timer = '', Unit: unit = '' }) =>
      timer === '' || unit === '' ? [] : [[timer, unit] as const],
    ),
  );
}

/** What services run, by their names, which may be others than those that were asked for. */
export async function shownCommands(
  machine: Machine,
  services: readonly string[],
): Promise<Map<string, string>> {
  const shown = await showAll(machine, services, ['Id', 'ExecStart']);
  return new Map(shown.map(({ Id: id = '', ExecStart: run = '' }) => [id, run]));
}

/** When a timer starts its service next, in milliseconds UTC; null where that is not told. Times are written in the zone of whoever asks. */
export async function nextOf(machine: Machine, timer: string): Promise<number | null> {
  const asking = ['systemctl', 'show', timer, '-p', 'NextElapseUSecRealtime'];
  const { out } = await machine.ask('env', 'TZ=UTC', ...asking);
  const [, date, time] = /=\w+ ([\d-]+) ([\d:]+)\S* UTC$/mu.exec(out) ?? [];
  return date === undefined ? null : Date.parse(`${date}T${time}Z`);
}
