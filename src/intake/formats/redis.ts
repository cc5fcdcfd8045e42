/**
 * Redis RDB files (SAVE, BGSAVE, `redis-cli --rdb`). Since version 5 the last nine bytes are an end mark and a CRC-64 of everything before
 * it, so that a file is proved whole without understanding any of its types.
 */
import type { ContentFault } from '../../core/content.ts';
import { forPeople } from '../../core/text.ts';
import type { Finding, Format } from './format.ts';
import { isRdb, type RdbHead } from './redis-head.ts';
import { CHECKSUM_BYTES, FIRST_WITH_CHECKSUM, RdbWalk, TAIL_BYTES } from './redis-walk.ts';

const OPCODE_END = 0xff;

const valueOf = (head: RdbHead, name: string): string | undefined =>
  head.fields.find((field) => field.name === name)?.value;

function describe(head: RdbHead): string {
  const valkey = valueOf(head, 'valkey-ver');
  const version = valkey ?? valueOf(head, 'redis-ver');
  const server = valkey === undefined ? head.server : 'Valkey';
  return `${server} ${version === undefined ? '' : `${forPeople(version, 20)} `}RDB file`;
}

type Verdict = Pick<Finding, 'whole' | 'shortfall' | 'fault'>;
const proved: Verdict = { whole: true, shortfall: null, fault: null };
const shortfall = (text: string): Verdict => ({ whole: false, shortfall: text, fault: null });
const faulty = (reason: ContentFault['reason'], message: string): Verdict => ({
  whole: false,
  shortfall: null,
  fault: { reason, message },
});

const hex = (value: bigint): string => value.toString(16).padStart(2 * CHECKSUM_BYTES, '0');

function verdict(head: RdbHead, tail: Buffer, checksum: bigint): Verdict {
  if (head.version < FIRST_WITH_CHECKSUM) {
    const bare = `RDB version ${head.version} has no checksum`;
    return tail.at(-1) === OPCODE_END
      ? shortfall(bare)
      : faulty('dump_cut', 'its end mark (FF) is missing: it was cut, or something follows it');
  }
  const marked = tail.length === TAIL_BYTES && tail[0] === OPCODE_END;
  const found = marked ? tail.readBigUInt64LE(1) : null;
  if (found === checksum) return proved;
  // Redis 4 to 6 append commands to such a file; only its server can tell where they end.
  if (valueOf(head, 'aof-preamble') === '1')
    return shortfall('the end of an append-only file cannot be checked here');
  if (found === null) {
    const text =
      'its end mark (FF) and checksum are missing: it was cut, or something follows them';
    return faulty('dump_cut', text);
  }
  // What `rdbchecksum no` writes.
  if (found === 0n) return shortfall('it was saved without a checksum (rdbchecksum no)');
  const text = `its checksum does not agree: ${hex(found)} is written, ${hex(checksum)} was computed`;
  return faulty('dump_corrupt', text);
}

export const redisRdb: Format = {
  recognises: isRdb,
  check: ({ hash }) => {
    const walk = new RdbWalk(hash);
    return {
      push: (bytes) => walk.push(bytes),
      end: () => {
        const { tail, checksum } = walk.end();
        const { head } = walk;
        return {
          kind: 'redis_rdb',
          description: describe(head),
          ...verdict(head, tail, checksum),
        };
      },
      abandon: () => ({ kind: 'redis_rdb', description: describe(walk.head) }),
    };
  },
};
