/** Tells a service outside that a scan has begun and how it ended, so that somebody notices when none does any more. */
import type { HeartbeatConfig } from '../core/notifications.ts';
import { heartbeat, newRunId, type SignalPath } from '../notify/heartbeat.ts';
import { writeSentence, type Context, type ExitCode } from './context.ts';
import { knownProblem } from './problems.ts';

/** Milliseconds for the beginning, and for the end: together with the alarms at most half a minute. */
const START_LIMIT_MS = 4000;
const END_LIMIT_MS = 6000;

const failsFrom: Readonly<Record<HeartbeatConfig['failFrom'], ExitCode>> = {
  warning: 1,
  critical: 2,
  inability: 3,
};

const ends: Readonly<Record<ExitCode, string>> = {
  0: 'all is well',
  1: 'the worst is a warning',
  2: 'the worst is critical',
  3: 'the scan could not be done, or some job could not be judged',
};

/**
 * Runs a scan between its two signals. The service changes nothing about it: what goes wrong there is told with -v.
 * @param scan calls `onBegin` once it does the work itself. Where another one is at it, that one tells how it ends, and this one nothing:
 * its success would say that all is well.
 */
export async function withHeartbeat(
  context: Context,
  { url, failFrom }: HeartbeatConfig,
  scan: (onBegin: () => void) => Promise<ExitCode>,
): Promise<ExitCode> {
  const rid = await newRunId();
  const say = async (path: SignalPath, body: string, limit: number): Promise<void> => {
    const error = await heartbeat(url, path, rid, body, AbortSignal.timeout(limit));
    if (error !== null && context.options.verbose === true)
      writeSentence(context.io.err, `the heartbeat was not heard: ${error}`, 'warning');
  };
  let started: Promise<void> | null = null;
  const begin = (): void => {
    started = say('/start', '', START_LIMIT_MS);
  };
  const end = async (code: ExitCode, body: string): Promise<void> => {
    await started;
    await say(code < failsFrom[failFrom] ? '' : `/${code}`, body, END_LIMIT_MS);
  };
  let code: ExitCode;
  try {
    code = await scan(begin);
  } catch (error) {
    await end(3, knownProblem(error)?.message ?? 'a bug ended it');
    throw error;
  }
  if (started !== null) await end(code, `exit code ${code}: ${ends[code]}`);
  return code;
}
