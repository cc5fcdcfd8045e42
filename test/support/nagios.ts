/** A real Nagios for one test: Debian's own templates, our definitions, and nothing of the machine's. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cannotMonitor, type Monitored } from './monitored.ts';

const NAGIOS = '/usr/sbin/nagios4';
/** What every Nagios of Debian has loaded before our file. */
const objects = '/etc/nagios4/objects';
const plugins = '/etc/nagios-plugins/config';

/** For node:test's `skip`: why there is no Nagios here, or false. */
export const cannotWatch = (): string | false => cannotMonitor(NAGIOS, objects, plugins);

/** What `nagios4 -v` says of Debian's own configuration with a file of ours in its conf.d, with its exit code before it. */
export function verified({ folder }: Monitored, definitions: string): string {
  const file = folder('verified', 'conf.d');
  writeFileSync(file('conf.d/backupmon.cfg'), definitions);
  const stock = readFileSync('/etc/nagios4/nagios.cfg', 'utf8');
  writeFileSync(file('nagios.cfg'), stock.replace('/etc/nagios4/conf.d', file('conf.d')));
  const ran = spawnSync(NAGIOS, ['-v', file('nagios.cfg')], { encoding: 'utf8' });
  return `${ran.status} ${ran.stdout}${ran.stderr}`;
}

/** A minute of its intervals is a second. Hosts are not pinged: they are up. */
const mainFile = (file: (name: string) => string): string => `cfg_dir=${plugins}
cfg_file=${objects}/commands.cfg
cfg_file=${objects}/timeperiods.cfg
cfg_file=${objects}/templates.cfg
cfg_file=${file('contacts.cfg')}
cfg_file=${file('backupmon.cfg')}
resource_file=/etc/nagios4/resource.cfg
log_file=${file('nagios.log')}
lock_file=${file('nagios.pid')}
object_cache_file=${file('objects.cache')}
precached_object_file=${file('objects.precache')}
state_retention_file=${file('retention.dat')}
status_file=${file('status.dat')}
temp_file=${file('nagios.tmp')}
temp_path=${file('')}
check_result_path=${file('results')}
query_socket=${file('nagios.qh')}
command_file=${file('nagios.cmd')}
nagios_user=nagios
nagios_group=nagios
check_external_commands=1
use_syslog=0
check_for_updates=0
check_workers=1
interval_length=1
service_inter_check_delay_method=n
check_result_reaper_frequency=1
status_update_interval=1
execute_host_checks=0
illegal_macro_output_chars=\`~$&|'"<>
`;

/** Whom Nagios tells writes it down. */
const contacts = (told: string): string => `define command {
    command_name    write-down
    command_line    /usr/bin/printf '%s\\n' '$NOTIFICATIONTYPE$ $SERVICEDESC$ $SERVICESTATE$' >> ${told}
}
define contact {
    contact_name                    admin
    use                             generic-contact
    service_notification_commands   write-down
    host_notification_commands      write-down
}
define contactgroup {
    contactgroup_name   admins
    members             admin
}
`;

/** What Nagios has seen of one service. */
export interface Seen {
  /** 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN. */
  readonly state: number;
  /** Not when it would be looked at again before people are told. */
  readonly hard: boolean;
  readonly output: string;
  /** The lines after the first. */
  readonly lines: readonly string[];
  readonly performance: string;
}

/** Each block `servicestatus {` of status.dat, by the service's description; those that have not been checked yet are left out. */
function seenIn(text: string): Map<string, Seen> {
  const seen = new Map<string, Seen>();
  for (const { groups } of text.matchAll(/^servicestatus \{\n(?<block>.*?)^\t\}/gmsu)) {
    const value = (key: string): string =>
      new RegExp(String.raw`^\t${key}=(.*)$`, 'mu').exec(groups?.['block'] ?? '')?.[1] ?? '';
    if (value('has_been_checked') === '1')
      seen.set(value('service_description'), {
        state: Number(value('current_state')),
        hard: value('state_type') === '1',
        output: value('plugin_output'),
        lines: value('long_plugin_output').split(String.raw`\n`),
        performance: value('performance_data'),
      });
  }
  return seen;
}

export interface Nagios {
  /** Waits until what it has seen is as wanted, and tells it. */
  readonly until: (
    what: string,
    wanted: (seen: ReadonlyMap<string, Seen>) => boolean,
  ) => Promise<Map<string, Seen>>;
  /** Who was told of what, such as `PROBLEM backups CRITICAL`, sorted. */
  readonly told: () => string[];
  /** Has a service of backup01 checked now. */
  readonly check: (service: string) => void;
}

/** Starts it as Debian's unit does: by root, whose rights it gives up for those of the user nagios. */
export async function watch({ folder, start }: Monitored, definitions: string): Promise<Nagios> {
  const file = folder('nagios', 'results');
  writeFileSync(file('nagios.cfg'), mainFile(file));
  writeFileSync(file('contacts.cfg'), contacts(file('told')));
  writeFileSync(file('backupmon.cfg'), definitions);
  const nagios = start(NAGIOS, file('nagios.cfg'));
  const read = (name: string): string =>
    existsSync(file(name)) ? readFileSync(file(name), 'utf8') : '';
  await nagios.until('command file', () => existsSync(file('nagios.cmd')));
  return {
    until: async (what, wanted) => {
      let seen = new Map<string, Seen>();
      await nagios.until(what, () => {
        seen = seenIn(read('status.dat'));
        return wanted(seen);
      });
      return seen;
    },
    told: () => read('told').trimEnd().split('\n').toSorted(),
    check: (service) => {
      const now = Math.floor(Date.now() / 1000);
      const order = `[${now}] SCHEDULE_FORCED_SVC_CHECK;backup01;${service};${now}\n`;
      writeFileSync(file('nagios.cmd'), order, { flag: 'a' });
    },
  };
}
