/** The way of one examination, as the user that scans. */
import type { Environment } from '../config/environment.ts';
import { areas, type Finding } from '../core/finding.ts';
import type { Calendar } from '../core/missed.ts';
import { severities } from '../core/statuses.ts';
import { judgeClock } from './clock.ts';
import { examineConfigurationFile, judgeConfiguration, judgeConflicts } from './configuration.ts';
import { examineDatabase } from './database/database.ts';
import { readDatabase, type DatabaseFacts, type ReadDatabase } from './database/database-facts.ts';
import { examineDeposits } from './deposits/deposits.ts';
import { examineFileSystems } from './tree/file-systems.ts';
import { examineFolders } from './tree/folders.ts';
import { lookOf, type Examination } from './examination.ts';
import {
  judgeSilentStrangers,
  judgeStrangers,
  judgeUnmatchedJobs,
  unmatchedJobs,
} from './jobs/jobs.ts';
import type { Look } from './look.ts';
import { examineNotifications } from './notifications/notifications.ts';
import { examineDecoders, judgeRsync } from './programs.ts';
import { judgeScans } from './scans.ts';
import { judgeSchedule, scheduleOf } from './schedule/schedule.ts';
import { strangersOf } from './deposits/strangers.ts';
import { suggestJobs, type Suggestions } from './jobs/suggest.ts';
import { suggestionText } from './jobs/suggestion-text.ts';
import { recordsOf, withoutMarking } from './tree/tree-records.ts';
import { judgeUser } from './rights/user.ts';
import { walk } from './deposits/walk.ts';
import { walkZones, type Zones } from './deposits/zones.ts';

export interface Examined {
  /** Worst first, then in the order of the areas. */
  readonly findings: readonly Finding[];
  /** Empty where the configuration is faulty. */
  readonly suggestions: Suggestions;
}

/** Milliseconds after which no further table is checked. */
const CHECK_TIME_MS = 10_000;

function readOf({ read, clockFault, elapsed }: Examination): Promise<ReadDatabase> {
  const began = elapsed();
  return readDatabase({
    database: read.places.database,
    config: read.config,
    clockFault,
    mayCheck: () => elapsed() - began < CHECK_TIME_MS,
  });
}

function jobFindings(
  look: Look,
  zones: Zones,
  facts: DatabaseFacts | null,
  calendar: Calendar,
): { readonly findings: Finding[]; readonly suggestions: Suggestions } {
  const { config, now } = look;
  if (config === null) return { findings: [], suggestions: { jobs: [], refused: [] } };
  const strangers = strangersOf(config, zones.zones, facts?.agents ?? new Map());
  const reporting = new Set(strangers.map(({ agent }) => agent));
  const silent = zones.zones.filter(
    ({ agent, configured, trouble }) => !configured && trouble === null && !reporting.has(agent),
  );
  const unmatched = unmatchedJobs(config.jobs, facts?.jobs ?? new Map(), strangers, {
    calendar,
    now,
  });
  return {
    findings: [
      ...judgeUnmatchedJobs(unmatched, look),
      ...judgeStrangers(strangers, look),
      ...judgeSilentStrangers(
        silent.map(({ agent }) => agent),
        look,
      ),
    ],
    suggestions: suggestJobs(strangers, config),
  };
}

const inOrder = (findings: readonly Finding[]): Finding[] =>
  findings.toSorted(
    (left, right) =>
      severities.indexOf(right.severity) - severities.indexOf(left.severity) ||
      areas.indexOf(left.area) - areas.indexOf(right.area),
  );

export async function examine(examination: Examination): Promise<Examined> {
  const { read: configuration, facts: machineFacts, own, calendar, started, owner } = examination;
  const look = lookOf(examination);
  // Before what keeps this thread busy: its time is its own then.
  const mail = await examination.visitMail();
  const read = await readOf(examination);
  const facts = read.kind === 'read' ? read.facts : null;
  const { zones, probed } = await walk(look, read);
  const ofJobs = jobFindings(look, zones, facts, calendar);
  const names = [...(facts?.fileNames ?? []), ...zones.zones.flatMap((zone) => zone.names)];
  const rsync = judgeRsync(machineFacts.rsync, look);
  const rrsyncHolds = machineFacts.rsync.version === null ? null : rsync.severity === 'ok';
  const { config } = look;
  const { schedule } = machineFacts;
  const { timers } = scheduleOf(schedule, look);
  const { recorded, owned, again } = recordsOf(look, read);
  const findings = [
    ...judgeConfiguration(look, configuration.problems),
    ...judgeConflicts(look, facts?.conflicts ?? []),
    ...(await examineConfigurationFile(look)),
    ...judgeUser({ started, owner, hasOwnUser: machineFacts.hasOwnUser, folders: owned }, look),
    ...(await examineFolders(look, recorded, owned, again)),
    ...examineFileSystems(look, probed, facts?.sizes ?? null),
    ...examineDatabase(look, read).map((finding) => withoutMarking(finding, read, look)),
    ...judgeClock(machineFacts.clock, facts?.clockFault ?? null, look),
    rsync,
    ...examineDecoders(look, [...new Set(names)]),
    ...(await examineDeposits(look, zones, rrsyncHolds)),
    ...judgeSchedule(schedule, own, look),
    ...(facts === null || config === null ? [] : judgeScans(facts, config, look)),
    ...(await examineNotifications(look, {
      waiting: facts?.undelivered ?? [],
      mail,
      credentials: timers.flatMap(({ credentials }) => credentials),
      service: timers[0]?.service ?? null,
      isUnsure: schedule.timers.timers.some((timer) => timer.unsure === true),
      sawAll: schedule.sawAll,
    })),
    ...ofJobs.findings,
  ];
  return { findings: inOrder(findings), suggestions: ofJobs.suggestions };
}

/** What could not be read of what agents report: there may be more than was seen. */
function unreadOf({ config, places }: Look, read: ReadDatabase, { zones }: Zones): string[] {
  const isClosed = zones.length === 0 && (config?.agents.length ?? 0) > 0;
  const problem = read.kind === 'unusable' ? read.problem : null;
  return [
    ...(isClosed ? [`${places.deposits} could not be opened`] : []),
    ...zones.flatMap(({ trouble, unsafe }) => [...(trouble === null ? [] : [trouble]), ...unsafe]),
    // What is not there yet holds nothing.
    ...(problem === null || problem.fault === 'absent' ? [] : [problem.message]),
  ];
}

/** `doctor --suggest-jobs`: reads reports and the database only. */
export async function suggest(examination: Examination, env: Environment): Promise<string> {
  const look = lookOf(examination);
  const read = await readOf({ ...examination, elapsed: () => Infinity });
  const facts = read.kind === 'read' ? read.facts : null;
  const zones = await walkZones(look, async () => true);
  const { suggestions } = jobFindings(look, zones, facts, examination.calendar);
  const { text } = examination.read;
  const unread = unreadOf(look, read, zones);
  return suggestionText(suggestions, { file: look.file, text, env, unread });
}
