/** docs/monitoring/icinga2.conf, loaded and run by Debian's Icinga 2: what it asks and sees. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { definitions } from '../support/definitions.ts';
import { cannotCheck, checked, validated, type Result } from '../support/icinga.ts';
import { firstReason, monitored, type Monitored } from '../support/monitored.ts';
import { cannotAskNrpe, startNrpe } from '../support/nrpe.ts';

const service = (name: string, jobs: string, more = ''): string => `object Service "${name}" {
  import "backupmon-service"
  host_name = "backup01"
  vars.backupmon_jobs = [ ${jobs} ]
  ${more}
}
`;

const elsewhere = (port: number): string => `object Host "elsewhere" {
  import "generic-host"
  address = "127.0.0.1"
  vars.nrpe_port = ${port}
}
object Service "all" {
  import "backupmon-nrpe-service"
  host_name = "elsewhere"
}
object Service "paris" {
  import "backupmon-nrpe-service"
  host_name = "elsewhere"
  vars.nrpe_command = "check_backupmon_paris"
}
`;

/** The definitions, and services of each answer. */
const services = ({ world, backupmon }: Monitored, port: number): string =>
  [
    definitions('icinga2.conf', backupmon),
    elsewhere(port),
    service('unchanged', '"lyon"'),
    service(
      'good',
      '"oslo", "paris/compta"',
      `vars.backupmon_exclude_snoozed = false\n  vars.backupmon_config = "${world.configFile}"`,
    ),
    // As the description of the argument tells to write it.
    service('odd', String.raw`"R&D $$5! \"A;B\""`),
    service('unknown', '"nobody"'),
  ].join('\n');

const answer = ({ state, hard, output }: Result): string =>
  `${state} ${hard ? 'hard' : 'soft'} ${output.trimEnd().split('\n')[0]?.trimEnd()}`;

const everything = '2 hard BACKUPMON CRITICAL - 1 critical, 1 warning, 3 ok: paris/crm MISSING';
const paris = '2 hard BACKUPMON CRITICAL - 1 critical, 1 ok: paris/crm MISSING';
const answers = {
  'backup01!backups': everything,
  'backup01!backups of paris': paris,
  'backup01!unchanged': '1 hard BACKUPMON WARNING - 1 warning: lyon/shop UNCHANGED',
  'backup01!good': '0 hard BACKUPMON OK - 2 ok',
  'backup01!odd': '0 hard BACKUPMON OK - 1 ok',
  'backup01!unknown': '3 hard BACKUPMON UNKNOWN - no job is named "nobody"',
  'elsewhere!all': everything,
  'elsewhere!paris': paris,
};

const skip = firstReason(cannotCheck(), cannotAskNrpe());

test(
  'Icinga takes the definitions, and sees each answer, its own and by NRPE',
  { skip },
  async (t) => {
    const server = await monitored(t);
    const found = validated(server, definitions('icinga2.conf'));
    assert.match(found, /^0 [\s\S]*Finished validating the configuration file/u);
    assert.doesNotMatch(found, /(?:warning|critical)\//u);
    const nrpe = await startNrpe(server, definitions('nrpe.cfg', server.backupmon));
    const seen = await checked(server, services(server, nrpe.port), Object.keys(answers));
    const told = [...seen].map(([name, result]) => [name, answer(result)]);
    assert.deepEqual(Object.fromEntries(told), answers);
    const performance = seen.get('backup01!backups')?.performance ?? [];
    assert.match(
      performance.join(' '),
      /^total=5;;;0 ok=3;;;0 warning=1;;;0 critical=1;;;0 pending=0;;;0 last_scan_age=\d+s;;;0$/u,
    );
    const asked = (name: string): string | undefined => seen.get(name)?.command.slice(1).join(' ');
    assert.equal(asked('backup01!backups'), 'status --nagios --exclude-snoozed');
    assert.equal(
      asked('backup01!good'),
      `status --nagios --config ${server.world.configFile} oslo paris/compta`,
    );
  },
);
