/** Whether the configuration is valid, and who may read and change it. */
import type { ConfigProblem } from '../config/problem.ts';
import type { Finding } from '../core/finding.ts';
import { dirname } from 'node:path';
import { closedFolder, isPermitted, modeOf } from './rights/access.ts';
import { accessListsOf } from './rights/access-lists.ts';
import { counted, critical, fine, warning } from './finding.ts';
import type { Hands } from './hands.ts';
import type { Look } from './look.ts';
import { judgeOpenWay, openOnWay, renamersOn } from './rights/open-way.ts';
import { othersTo } from './rights/others.ts';
import { examineOwners } from './rights/owners.ts';

/** Faults that are told one by one. */
const MOST_FAULTS = 10;

const stopped = 'a configuration with a fault is not used: no scan runs, and nobody is told';

/** Every fault of the file, or that there is none. */
export function judgeConfiguration(
  { file, config, hands }: Pick<Look, 'file' | 'config' | 'hands'>,
  problems: readonly ConfigProblem[],
): Finding[] {
  const told = problems.slice(0, MOST_FAULTS).map((problem) => faultOf(problem, hands));
  const more = problems.length - told.length;
  if (more > 0) {
    const message = `${counted(more, 'more fault')} in ${file}`;
    told.push(
      critical('configuration', file, { message, why: stopped, mend: hands.own('check-config') }),
    );
  }
  if (config === null) return told;
  const { jobs, agents } = config;
  const enabled = jobs.filter((job) => job.enabled).length;
  if (enabled > 0) {
    const message = `${file}: valid, ${counted(enabled, 'job')} of ${counted(agents.length, 'agent')}`;
    return [...told, fine('configuration', file, message)];
  }
  return [
    ...told,
    warning('configuration', file, {
      message: `${file} expects no backup: it has no job that is enabled`,
      why: 'what is not expected is never missed',
      mend: hands.own('doctor', '--suggest-jobs'),
    }),
  ];
}

function faultOf(problem: ConfigProblem, hands: Hands): Finding {
  const { file, line, column, message, expected, suggestion } = problem;
  const place = [file, line, column].filter((part) => part !== null).join(':');
  const wanted = expected === null ? '' : `; expected ${expected}`;
  const meant = suggestion === null ? '' : `; did you mean ${suggestion}?`;
  return critical('configuration', file, {
    message: `${place}: ${message}${wanted}${meant}`,
    why: stopped,
    mend: line === null && modeOf(file) === null ? begin(file, hands) : hands.edit(file, line),
  });
}

/** A first configuration, as the README begins; there is nothing to edit yet. */
function begin(file: string, hands: Hands): string {
  const folder = dirname(file);
  const made = modeOf(folder) === null ? [hands.root(['install', '-d', '-m', '0755', folder])] : [];
  return [...made, hands.save(file, 'files', 'config.example.yaml')].join(' && ');
}

/** Faults that only the database can tell: two jobs in one folder of the tree. */
export const judgeConflicts = (
  { file, hands }: Pick<Look, 'file' | 'hands'>,
  conflicts: readonly string[],
): Finding[] =>
  conflicts.map((message) =>
    critical('configuration', file, {
      message,
      why: 'a scan refuses to put versions of one job where those of another lie',
      mend: hands.edit(file),
    }),
  );

async function judgeReading(look: Look): Promise<Finding[]> {
  const { file, scanner, hands, machine } = look;
  if (!scanner.present) return [];
  const why = 'each scan ends at once';
  const closed = closedFolder(file);
  if (closed !== null) {
    return [
      critical('configuration', file, {
        message: `${file} may not be read by ${scanner.user}, who scans: he may not enter ${closed}`,
        why,
        mend: hands.root(['setfacl', '-m', `u:${scanner.user}:x`, closed]),
      }),
    ];
  }
  if (modeOf(file)?.isFile !== true || isPermitted(file, 'read')) return [];
  const list = (await accessListsOf(machine, [file])).get(file);
  return [
    critical('configuration', file, {
      message: `${file} may not be read by ${scanner.user}, who scans`,
      why,
      // Where there is a list, the bits of the group are its mask.
      mend:
        list === undefined || list === 'unknown'
          ? hands.root(['chgrp', scanner.group, file], ['chmod', 'g+r', file])
          : hands.root(['setfacl', '-m', `u:${scanner.user}:r`, file]),
    }),
  ];
}

/** The file's own permissions: the user that scans has to read it, and nobody else may change what that user runs. */
export async function examineConfigurationFile(look: Look): Promise<Finding[]> {
  const { file, scanner, hands } = look;
  const mode = modeOf(file);
  const found = await judgeReading(look);
  if (mode === null || !mode.isFile) return found;
  const others = (await othersTo(look, [{ path: file, mode }])).get(file) ?? null;
  if (others !== null) {
    const tell = others.all ? critical : warning;
    found.push(
      tell('configuration', file, {
        message: `${file} may be written by ${others.text}`,
        why: `who changes it decides what ${scanner.user} runs, and who is told`,
        mend: hands.root([...others.words, file]),
      }),
    );
  }
  const open = openOnWay(file, await renamersOn([file], look));
  found.push(...judgeOpenWay('configuration', { path: file, open }, null, hands));
  const owned = [{ what: 'the configuration', path: file, to: 'root' }];
  return [...found, ...(await examineOwners('configuration', owned, look))];
}
