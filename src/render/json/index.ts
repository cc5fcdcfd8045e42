/** Every JSON document, and how one is printed. */
export { jsonPieces, toJson } from './document.ts';
export { doctorDocument } from './doctor.ts';
export { historyDocument, passDocument } from './events.ts';
export { checkConfigDocument, errorDocument, type ProblemView } from './problems.ts';
export { statusDocument } from './status.ts';
