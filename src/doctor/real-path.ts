/** Paths and the links in them: whoever may change a folder through which a path leads decides where it ends. */
import { existsSync, readlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode } from '../files/trouble.ts';

/** Where a path leads. */
export interface Way {
  /** Without links in it. Where nothing lies, or this user may not look, the rest of it is as it is named. */
  readonly real: string;
  /** The links that are followed, in their order, each without links above it. */
  readonly links: readonly string[];
}

/** As many as the kernel follows, see path_resolution(7). */
const MOST_LINKS = 40;

/** What a link says; null where there is none, or where that may not be known. */
function linkAt(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch (error) {
    if (errorCode(error) === null) throw error;
    return null;
  }
}

const partsOf = (path: string): string[] =>
  path.split('/').filter((part) => part !== '' && part !== '.');

/** Follows an absolute path, part by part. One of a loop of links is taken as it is. */
export function wayOf(path: string): Way {
  const links: string[] = [];
  if (!path.startsWith('/')) return { real: path, links };
  let real = '/';
  const rest = partsOf(path).toReversed();
  for (let part = rest.pop(); part !== undefined; part = rest.pop()) {
    if (part === '..') {
      real = dirname(real);
      continue;
    }
    const here = real === '/' ? `/${part}` : `${real}/${part}`;
    const target = links.length < MOST_LINKS ? linkAt(here) : null;
    if (target === null) {
      real = here;
      continue;
    }
    links.push(here);
    if (target.startsWith('/')) real = '/';
    rest.push(...partsOf(target).toReversed());
  }
  return { real, links };
}

/** Without links, also where nothing is there; see {@link Way.real}. */
export const leadsTo = (path: string): string => wayOf(path).real;

/** The path itself where nothing is there, or this user may not follow it. */
export const realPath = (path: string): string => (existsSync(path) ? leadsTo(path) : path);

/** Of all the folders through which a path leads, each lies above one of these. None of them has links above it. */
export function placesOnWay(path: string): string[] {
  const { real, links } = wayOf(path);
  return [...links, real];
}

/** The last link on the way, where it leads to nothing that this user can see; null where there is none. */
export function brokenLink(
  path: string,
): { readonly link: string; readonly target: string } | null {
  const link = wayOf(path).links.at(-1);
  return link === undefined || existsSync(link) ? null : { link, target: leadsTo(link) };
}
