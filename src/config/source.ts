/** Which text a configuration was made from. Kept beside it, not in it: only the cache asks. */
import type { Config } from '../core/job.ts';

const texts = new WeakMap<Config, string>();

export function rememberSource(config: Config, text: string): void {
  texts.set(config, text);
}

/** null for a configuration that was not loaded from a file by this process. */
export function sourceOf(config: Config): string | null {
  return texts.get(config) ?? null;
}
