/** A real Icinga 2 for one test: its own library and templates, our definitions, and nothing of the machine's. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, readdirSync, chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cannotMonitor, idOf, type Monitored } from './monitored.ts';

const ICINGA = '/usr/sbin/icinga2';
const stock = '/etc/icinga2';

/** For node:test's `skip`: why there is no Icinga here, or false. */
export const cannotCheck = (): string | false => cannotMonitor(ICINGA, stock);

/** Where everything lies that it writes. */
const constants = (file: (name: string) => string): string[] =>
  ['DataDir', 'LogDir', 'CacheDir', 'SpoolDir', 'InitRunDir', 'ConfigDir']
    .map((name) => `${name}=${file('')}`)
    .concat(`PidPath=${file('icinga2.pid')}`)
    .flatMap((constant) => ['-D', constant]);

function own(path: string): void {
  chownSync(path, idOf('-u') ?? 0, idOf('-g') ?? 0);
}

/** What `icinga2 daemon -C` says of Debian's own configuration with a file of ours in its conf.d, with its exit code before it. */
export function validated({ folder }: Monitored, definitions: string): string {
  const file = folder('stock');
  cpSync(stock, file(''), { recursive: true, dereference: true });
  writeFileSync(file('conf.d/backupmon.conf'), definitions);
  for (const name of readdirSync(file(''), { recursive: true, encoding: 'utf8' })) own(file(name));
  const argv = ['daemon', '-C', '-c', file('icinga2.conf'), ...constants(file)];
  const ran = spawnSync(ICINGA, argv, { encoding: 'utf8' });
  return `${ran.status} ${ran.stdout}${ran.stderr}`;
}

const mainFile = (
  file: (name: string) => string,
): string => `const PluginDir = "/usr/lib/nagios/plugins"
include <itl>
include <plugins>
include "${stock}/conf.d/templates.conf"
include "${file('backupmon.conf')}"
object CheckerComponent "checker" { }
object ExternalCommandListener "command" { command_path = "${file('commands')}" }
object FileLogger "log" {
  severity = "debug"
  path = "${file('debug.log')}"
}
`;

/** What Icinga has seen of one service. */
export interface Result {
  /** 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN. */
  readonly state: number;
  /** Not when it would be looked at again before people are told. */
  readonly hard: boolean;
  readonly output: string;
  readonly performance: readonly string[];
  /** What it has run. */
  readonly command: readonly string[];
}

interface Kept {
  readonly name: string;
  readonly type: string;
  readonly update: {
    readonly state_type: number;
    readonly last_check_result: {
      readonly state: number;
      readonly output: string;
      readonly performance_data: readonly string[];
      readonly command: readonly string[];
    } | null;
  };
}

/** The state that it keeps when it ends: each object as a netstring, `<bytes>:<JSON>,`. Services that were checked, as `host!service`. */
function resultsIn(state: Buffer): Map<string, Result> {
  const results = new Map<string, Result>();
  for (let at = 0; at < state.length;) {
    const start = state.indexOf(':', at) + 1;
    const end = start + Number(state.toString('latin1', at, start - 1));
    const { name, type, update } = JSON.parse(state.toString('utf8', start, end)) as Kept;
    const result = type === 'Service' ? update.last_check_result : null;
    if (result !== null)
      results.set(name, {
        state: result.state,
        hard: update.state_type === 1,
        output: result.output,
        performance: result.performance_data,
        command: result.command,
      });
    at = end + 1;
  }
  return results;
}

/** Starts it as Debian's unit does, has each of these services (`host!service`) checked, and ends it; what it has seen. */
export async function checked(
  { folder, start }: Monitored,
  definitions: string,
  services: readonly string[],
): Promise<Map<string, Result>> {
  const file = folder('icinga');
  writeFileSync(file('icinga2.conf'), mainFile(file));
  writeFileSync(file('backupmon.conf'), definitions);
  for (const name of ['icinga2.conf', 'backupmon.conf']) own(file(name));
  const icinga = start(ICINGA, 'daemon', '-c', file('icinga2.conf'), ...constants(file));
  const orders = join(file('commands'));
  await icinga.until('command pipe', () => existsSync(orders));
  const now = Math.floor(Date.now() / 1000);
  const order = (service: string): string =>
    `[${now}] SCHEDULE_FORCED_SVC_CHECK;${service.replace('!', ';')};${now}\n`;
  writeFileSync(orders, services.map(order).join(''), { flag: 'a' });
  await icinga.until('results', () => {
    const log = readFileSync(file('debug.log'), 'utf8');
    return services.every((service) => log.includes(`Check finished for object '${service}'`));
  });
  await icinga.stop();
  return resultsIn(readFileSync(file('icinga2.state')));
}
