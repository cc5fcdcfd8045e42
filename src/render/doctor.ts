/** `backupmon doctor`: what was found, worst first, with the command that mends it. */
import type { Area, Finding } from '../core/finding.ts';
import { worst, type Severity } from '../core/statuses.ts';
import { lineOf, type Line } from './lines.ts';
import { clean, columnsOf, inColour, symbolOf } from './symbols.ts';
import type { Screen } from './views.ts';
import { hanging, padEnd, visibleWidth } from './width.ts';

export interface DoctorView {
  /** Milliseconds UTC. */
  readonly now: number;
  /** Absolute path of the configuration. */
  readonly file: string;
  /** null where the configuration does not tell it. */
  readonly site: string | null;
  /** Worst first. */
  readonly findings: readonly Finding[];
  /** Jobs that could be added to the configuration. */
  readonly suggestions: readonly {
    readonly agent: string;
    readonly database: string;
    readonly schedule: string | null;
    readonly rounds: number;
  }[];
}

/** The worst of all. */
export const severityOf = ({ findings }: Pick<DoctorView, 'findings'>): Severity =>
  worst(findings.map(({ severity }) => severity));

/** As people read them. */
const titles: Readonly<Record<Area, string>> = {
  configuration: 'configuration',
  user: 'user',
  folders: 'folders',
  file_systems: 'file systems',
  database: 'database',
  clock: 'clock',
  programs: 'programs',
  deposits: 'deposits',
  schedule: 'schedule',
  notifications: 'notifications',
  jobs: 'jobs',
};

const titleWidth = Math.max(...Object.values(titles).map(visibleWidth));
const indent = ' '.repeat(titleWidth + 4);
/** UTF-16 units. A command is shown whole, or not at all. */
const longestText = 2_000;
const longestCommand = 9_000;

/** On one line, for the terminal to break: what is copied must be one command. Never anything else than what is meant. */
function commandLines(mend: string, screen: Screen): string[] {
  if (clean(mend, screen, longestCommand) === mend) return [`${indent}$ ${mend}`];
  const text = 'the command holds what cannot be shown here: backupmon doctor --json';
  return hanging(indent, text, columnsOf(screen));
}

function findingLines({ area, severity, message, why, mend }: Finding, screen: Screen): Line[] {
  const columns = columnsOf(screen);
  const symbol = symbolOf(severity, screen);
  const lead = `${symbol} ${padEnd(titles[area], titleWidth)}  `;
  const [first = '', ...rest] = hanging(lead, clean(message, screen, longestText), columns);
  const texts = [
    inColour(severity, symbol, screen) + first.slice(symbol.length),
    ...rest,
    ...(why === null ? [] : hanging(`${indent}why: `, clean(why, screen, longestText), columns)),
    ...(mend === null ? [] : commandLines(mend, screen)),
  ];
  return texts.map((text) => lineOf(text, severity));
}

function summary({ findings }: DoctorView): string {
  const of = (severity: Severity): number =>
    findings.filter((finding) => finding.severity === severity).length;
  const warnings = of('warning');
  return [
    `${of('critical')} critical`,
    `${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`,
    `${of('ok')} in order`,
  ].join(', ');
}

/** Lines at most as wide as the screen, or 80 columns where that is less; but for commands, which are never broken. */
export function doctorLines(view: DoctorView, screen: Screen): Line[] {
  const severity = severityOf(view);
  const where = view.site ?? view.file;
  const heading = hanging('', `${clean(where, screen)}: ${summary(view)}`, columnsOf(screen));
  return [
    ...heading.map((text) => lineOf(screen.paint.bold(text), severity)),
    lineOf('', 'ok'),
    ...view.findings.flatMap((finding) => findingLines(finding, screen)),
  ];
}

export const renderDoctor = (view: DoctorView, screen: Screen): string =>
  doctorLines(view, screen)
    .map(({ text }) => `${text}\n`)
    .join('');
