/** A program: `doctor` in a process of its own, on a machine whose system files and programs lie in a folder. */
import { makeContext } from '../../src/cli/context.ts';
import { doctor } from '../../src/cli/commands/doctor.ts';
import { processIo } from '../../src/cli/io.ts';
import { machineAt } from '../../src/doctor/machine.ts';
import { thisProgram } from '../../src/program.ts';

const [, , root = '', config = ''] = process.argv;
const context = makeContext(processIo(thisProgram()), { config }, true);
process.exitCode = await doctor(
  context,
  { suggestJobs: false },
  machineAt(root, [`${root}/programs`, '/usr/bin']),
);
