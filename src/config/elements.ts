/**
 * Building blocks of the schema. The conventions that schema-faults.ts reads: the message of an issue that zod finds
 * itself says what was expected (for unknown keys: the valid ones, separated by commas); a custom issue says what was
 * found, and carries `expected` and `suggestion` as parameters.
 */
import * as z from 'zod';
import type { Fault, Reader, Reading } from './pieces.ts';

/** A map with these keys and no others. */
export function section<Shape extends z.ZodRawShape>(shape: Shape, expected: string) {
  const keys = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? keys : expected),
  });
}

/** What editors are told about a key. */
export interface Told {
  readonly description: string;
  readonly examples?: readonly string[];
  readonly pattern?: string;
}

/** Text that a reader turns into a value. */
export function text<Value>(expected: string, read: Reader<Value>, told: Told) {
  return z
    .string({ error: expected })
    .transform((found, context) => valueOf(read(found), context))
    .meta({ ...told });
}

function valueOf<Value>(reading: Reading<Value>, context: z.RefinementCtx): Value {
  if ('value' in reading) return reading.value;
  complain(context, reading);
  return z.NEVER;
}

export function complain(context: z.RefinementCtx, fault: Fault): void {
  const { expected, suggestion } = fault;
  context.addIssue({ code: 'custom', message: fault.fault, params: { expected, suggestion } });
}

/** One of a few words. */
export function word<const Word extends string>(words: readonly Word[], description: string) {
  const list =
    words.length === 1 ? words[0] : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
  return z.enum(words, { error: String(list) }).meta({ description });
}

export function whole(lowest: number, highest: number, expected: string, description: string) {
  return z
    .int({ error: expected })
    .min(lowest, { error: expected })
    .max(highest, { error: expected })
    .meta({ description });
}

export function flag(description: string) {
  return z.boolean({ error: 'true or false' }).meta({ description });
}

/** The same text is read once: thousands of jobs share a few schedules. */
export function remembered<Value>(read: Reader<Value>): Reader<Value> {
  const known = new Map<string, Reading<Value>>();
  return (found) => {
    const reading = known.get(found) ?? read(found);
    known.set(found, reading);
    return reading;
  };
}

const duration = String.raw`(?=\d)(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?`;
/** For editors; the readers in pieces.ts decide. */
export const durationPattern = `^${duration}$`;
export const earlyPattern = `^(auto|${duration})$`;
export const percentagePattern = String.raw`^(off|\d+(\.\d+)?%)$`;
export const absolutePattern = '^/';
