/** The one hash that is used, loaded when the first is begun: it costs a sixth of a bare start, and most scans hash nothing. */
import type { Hash } from 'node:crypto';

export const newSha256 = (): Hash => process.getBuiltinModule('node:crypto').createHash('sha256');
