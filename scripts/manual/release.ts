/** What release the manual is of, and of which day: that of the release, so that the same sources always give the same pages. */
import { readFileSync } from 'node:fs';

export interface Release {
  readonly version: string;
  /** `2026-11-01` */
  readonly date: string;
}

/** What stands in pages of a version that has not been released. */
const UNRELEASED = '2026-11-01';

const root = new URL('../../', import.meta.url);
const textOf = (file: string): string => readFileSync(new URL(file, root), 'utf8');

/** The date that the changelog gives for the version: `## [0.1.0] – 2026-12-01`. */
export function dateOf(changelog: string, version: string): string {
  const line = changelog.split('\n').find((one) => one.startsWith(`## [${version}]`)) ?? '';
  return /\d{4}-\d\d-\d\d/u.exec(line)?.[0] ?? UNRELEASED;
}

export function presentRelease(): Release {
  const { version } = JSON.parse(textOf('package.json')) as { version: string };
  return { version, date: dateOf(textOf('CHANGELOG.md'), version) };
}
