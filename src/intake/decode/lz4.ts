/** LZ4 by the system's tool. */
import { FramedStage } from './framed.ts';
import { Lz4Frames } from './lz4-frames.ts';
import type { Outlet } from './outlet.ts';
import type { Machine, MachineEnd } from './stage.ts';
import { Tool } from './tool.ts';

/** What lz4 1.9 and 1.10 say, with a number that changes, of a stream that is no good. */
const damage =
  /Error \d+ : (?<words>(?:Decompression error|Decoding Failed|Unrecognized header|Header error|Decompression internal error)\b[^\n]*)/u;
const shortage = /Unfinished stream|cannot access|Read error/u;

class Lz4Machine implements Machine {
  readonly #tool: Tool;

  constructor(outlet: Outlet) {
    this.#tool = new Tool('lz4', ['-dc'], outlet);
  }

  feed(bytes: Buffer): Promise<void> {
    return this.#tool.feed(bytes);
  }

  async finish(): Promise<MachineEnd> {
    const end = await this.#tool.finish();
    if (end.kind === 'unavailable') return end;
    if (end.code === 0) return { kind: 'done' };
    if (/allocation/iu.test(end.said))
      return { kind: 'unavailable', why: 'lz4 had not enough memory' };
    const words = damage.exec(end.said)?.groups?.['words'];
    if (words !== undefined) return { kind: 'corrupt', words: `lz4 says "${words}"`, near: null };
    if (shortage.test(end.said)) return { kind: 'cut' };
    return { kind: 'unavailable', why: `lz4 ended with code ${end.code}` };
  }

  stop(): Promise<void> {
    return this.#tool.stop();
  }
}

export const lz4Stage = (outlet: Outlet): FramedStage =>
  new FramedStage('lz4', new Lz4Frames(), new Lz4Machine(outlet));
