/** The one way to a decoder. */
import type { Compression } from '../../core/content.ts';
import { BrotliStage } from './brotli.ts';
import { Bzip2Stage } from './bzip2.ts';
import type { Decoder, DecodeRequest } from './decoder.ts';
import { GzipStage } from './gzip.ts';
import { inOrder, type StageMaker } from './in-order.ts';
import { lz4Stage } from './lz4.ts';
import { XzStage } from './xz.ts';
import { zstdStage } from './zstd.ts';

const makers: Readonly<Record<Compression, StageMaker>> = {
  gzip: (outlet, first) => new GzipStage(outlet, first),
  zstd: zstdStage,
  xz: (outlet) => new XzStage(outlet),
  bzip2: (outlet) => new Bzip2Stage(outlet),
  lz4: lz4Stage,
  brotli: (outlet, first) => new BrotliStage(outlet, first),
};

/** Undoes one compression. Neither a thread nor a process exists before the first bytes are pushed. */
export const makeDecoder = (compression: Compression, request: DecodeRequest): Decoder =>
  inOrder(compression, request, makers[compression]);
