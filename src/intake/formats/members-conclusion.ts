/** What a container is worth, from what is remembered of its members. */
import type { ContentFault, ContentMeasures } from '../../core/content.ts';
import { forPeople } from '../../core/text.ts';
import type { Finding } from './format.ts';
import {
  baseOf,
  folderOf,
  noKnownFormat,
  type Ensemble,
  type MemberRecord,
} from './members-record.ts';
import { dumpName, isFaultAlone } from './members-blame.ts';
import { mydumperEnsemble } from './mydumper.ts';
import { isDataFile } from './pg-data.ts';
import { postgresEnsemble } from './pg-members.ts';

/** Files of any kind, which stand for themselves. */
function anyFiles(isOnlyFile: boolean): Ensemble {
  return {
    kind: null,
    description: '',
    fault: null,
    blames: (record, fault) => {
      if (record.inspected === null || record.size === 0) return false;
      return (isOnlyFile && !isDataFile(baseOf(record.name))) || isFaultAlone(record, fault);
    },
    unproved: ({ name, unproved }) => (isDataFile(baseOf(name)) ? noKnownFormat : unproved),
    counts: () => true,
    isVolatile: () => false,
  };
}

/** Records with what each belongs to. */
export interface Placed {
  readonly record: MemberRecord;
  readonly ensemble: Ensemble;
}

export function place(records: readonly MemberRecord[]): readonly Placed[] {
  const files = records.filter(({ type }) => type === 'file');
  const byFolder = Map.groupBy(files, ({ name }) => folderOf(name));
  const ensembles = new Map(
    [...byFolder].map(([folder, some]) => [
      folder,
      postgresEnsemble(some) ?? mydumperEnsemble(some),
    ]),
  );
  const any = anyFiles(files.filter(({ size }) => size > 0).length === 1);
  return records.map((record) => ({
    record,
    ensemble: (record.type === 'file' ? ensembles.get(folderOf(record.name)) : null) ?? any,
  }));
}

/** What is wrong with a member, the first by their order. */
export function memberFault(placed: readonly Placed[]): ContentFault | null {
  for (const { record, ensemble } of placed) {
    const { fault, name } = record;
    if (fault !== null && ensemble.blames(record, fault))
      return { reason: fault.reason, message: `${forPeople(name, 80)}: ${fault.message}` };
  }
  return null;
}

/** What is wrong with all of them together: something is missing, or there is nothing. */
export function commonFault(placed: readonly Placed[]): ContentFault | null {
  const files = placed.filter(({ record }) => record.type === 'file');
  const together = files.find(({ ensemble }) => ensemble.fault !== null)?.ensemble.fault;
  if (together) return together;
  const empty = (message: string): ContentFault => ({ reason: 'empty', message });
  if (files.length === 0) return empty('there is no file in it');
  if (files.every(({ record }) => record.size === 0))
    return empty(`every file in it is empty (${files.length})`);
  const silent = files.find(
    ({ record, ensemble }) =>
      record.size === 0 && ensemble.kind === null && dumpName.test(record.name),
  );
  return silent === undefined ? null : empty(`${forPeople(silent.record.name, 80)} is empty`);
}

/** Why less was proved than could be; null where every file that is not empty was proved whole. */
export function memberShortfall(placed: readonly Placed[]): string | null {
  const files = placed.filter(({ record }) => record.type === 'file' && record.size > 0);
  const reasons = files.flatMap(({ record, ensemble }) => {
    const reason = ensemble.unproved(record);
    return reason === null ? [] : [{ name: record.name, reason }];
  });
  const other = reasons.find(({ reason }) => reason !== noKnownFormat);
  if (reasons.length === 0) return null;
  const are = reasons.length === 1 ? 'is' : 'are';
  const some = `${reasons.length} of ${files.length} files in it ${are}`;
  if (other === undefined) return `${some} ${noKnownFormat}`;
  return `${some} not proved whole: ${forPeople(other.name, 80)} (${other.reason})`;
}

/** Files in it that nothing would notice a flipped bit of. */
export function memberRemarks(placed: readonly Placed[]): readonly string[] {
  const files = placed.filter(({ record }) => record.type === 'file');
  const count = files.filter(({ record }) => record.inspected?.unchecked === true).length;
  if (count === 0) return [];
  const are = count === 1 ? 'is a stream' : 'are streams';
  return [`${count} of ${files.length} files in it ${are} without a checksum`];
}

/** Sums over the members; null where none of them gives a measure. */
export function memberMeasures(placed: readonly Placed[]): ContentMeasures {
  const counted = placed.filter(({ record, ensemble }) => ensemble.counts(record));
  const sum = (pick: (measures: ContentMeasures) => number | null): number | null => {
    const numbers = counted.flatMap(({ record }) => {
      const number = record.inspected === null ? null : pick(record.inspected.measures);
      return number === null ? [] : [number];
    });
    return numbers.length === 0 ? null : numbers.reduce((one, other) => one + other, 0);
  };
  return { tables: sum(({ tables }) => tables), batches: sum(({ batches }) => batches) };
}

/** What the container is: the one thing that all its files are together, or a container of files. */
export function memberKind(
  container: 'tar' | 'zip',
  placed: readonly Placed[],
): Pick<Finding, 'kind' | 'description'> {
  const files = placed.filter(({ record }) => record.type === 'file');
  const [first] = files;
  const isOne = files.every(({ ensemble }) => ensemble === first?.ensemble);
  if (container === 'tar' && isOne && first && first.ensemble.kind !== null)
    return { kind: first.ensemble.kind, description: first.ensemble.description };
  const count = files.length === 1 ? '1 file' : `${files.length} files`;
  return { kind: container, description: `${container} archive of ${count}` };
}

/** Of a container that a single dump was packed with: what came out of that one file. */
export function onlyFile(placed: readonly Placed[]): { size: number; sha256: string } | null {
  const files = placed.filter(({ record }) => record.type === 'file');
  return files.length === 1 ? (files[0]?.record.inspected?.raw ?? null) : null;
}
