/** How a key of the configuration is explained: what the schema cannot say of it. */
import type { Prose } from '../blocks.ts';

export interface KeyText {
  /** What may be written, where the schema says no more than that it is a text, a list or a map. */
  readonly type?: string;
  /** As it would be written, or in words; null where nothing stands for it, and `required` where it has to be there. */
  readonly default: string | { readonly says: string } | null;
  /** Lines that can be copied; narrow enough for a terminal. */
  readonly example: string;
  /** Beyond the one sentence of the schema. */
  readonly more?: readonly Prose[];
}

export type KeyTexts<Keys extends string> = Readonly<Record<Keys, KeyText>>;

export const path = 'an absolute path';
export const duration = 'a duration';
export const cron = 'five cron fields';
export const line = 'text in one line';
export const secret = 'an absolute path, or one below `${CREDENTIALS_DIRECTORY}`';
