/** What follows the header of a member of a tar archive. */
import { forPeople } from '../../core/text.ts';
import { Broken, SPAN, type Pull, type Walk } from './members-pull.ts';
import { BLOCK_BYTES } from './tar-header.ts';

export type Take = (bytes: Buffer) => void | Promise<void>;

/** Hands over `size` bytes, and passes by what fills up the last block. */
export function* passContent(source: Pull, size: number, name: string, take: Take): Walk {
  const from = source.position;
  for (let left = size; left > 0;) {
    const span = yield Math.max(SPAN, -left);
    if (span.length === 0) throw cutIn(name, source.position - from, size);
    left -= span.length;
    const wait = take(span);
    if (wait) yield wait;
  }
  const padding = -size & (BLOCK_BYTES - 1);
  const filler = yield padding;
  if (filler.length < padding) throw cutIn(name, size, size);
}

/** GNU: blocks that say where the data of a file with holes belongs. A byte of each says whether another follows. */
export function* passHoles(name: string, take: Take): Walk {
  for (let goesOn = true; goesOn;) {
    const block = yield BLOCK_BYTES;
    if (block.length < BLOCK_BYTES)
      throw new Broken('dump_cut', `ends in the middle of the header of ${forPeople(name, 80)}`);
    goesOn = block[504] === 1;
    const wait = take(block);
    if (wait) yield wait;
  }
}

function cutIn(name: string, found: number, size: number): Broken {
  const part = `${found} of its ${size} bytes are there`;
  return new Broken('dump_cut', `ends in the middle of ${forPeople(name, 80)}: ${part}`);
}
