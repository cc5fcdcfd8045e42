import type { ReasonText } from './text.ts';

export const ofMissing = {
  no_report: {
    todo: 'Look for the report in `log` of the folder of the agent. If there is none, look at the agent; if there is one, whether its end time and its names are right.',
  },
  no_reports: {
    means:
      'The scanner was off, or nothing came, for more than 100 cycles: the older ones are told as one.',
    todo: 'Look at `backupmon history JOB`, and at whether cron or the timer was running.',
  },
  not_judged: {
    means:
      'The message names the cause. Most of the time `status` shows it as what blocks the job: see below, under jobs that are blocked.',
    safe: 'The versions in the tree. The newest backup of the agent may be a good one: it lies in the deposit, and was not judged.',
    todo: 'Nothing has to be sent again.',
  },
  version_lost: {
    means:
      'Its file is gone, is no regular file, or has another size. Nobody but backupmon should write there.',
    safe: 'The other versions: `current` points to the newest that is left. `backupmon status JOB` tells which that is.',
    todo: 'If the disk was not mounted as a whole, scans refuse by themselves. A version that is put back with its SHA256SUMS is adopted by the next scan.',
  },
} as const satisfies Readonly<Record<string, ReasonText>>;

export const ofUnknown = {
  not_scanned_yet: {
    means: 'The job was configured after the last scan.',
    todo: 'Wait for the next scan, or run `backupmon scan`.',
  },
  not_judged_yet: {
    means: '`backupmon status JOB` tells when it is due.',
    todo: 'If its agent has reported already, compare its name with those that `status` lists as reported and expected by no job.',
  },
  before_watch: {
    means: 'It is not judged; the newest one is.',
    todo: 'Nothing. If its file is wanted as a version: `backupmon promote JOB FILE`.',
  },
  superseded: {
    means: 'It covers its cycle, and says nothing more about the job.',
    todo: 'Nothing, if the newer backup is well. To keep both, use names of files that never repeat, or scan more often.',
  },
  replayed: {
    means: 'It was late, or an old file of the agent was sent again.',
    todo: 'Nothing. If it is sent every time, remove it on the agent.',
  },
} as const satisfies Readonly<Record<string, ReasonText>>;
