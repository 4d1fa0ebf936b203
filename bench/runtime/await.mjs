// What following asynchronous causes costs: an async function that awaits once, called and awaited in a loop. `plain` has
// no hooks; `followed` has the hooks of `observe()`, the function is not instrumented; `recorded` is instrumented too.
// Each runs in a process of its own. Prints nanoseconds of the main thread per await (two per iteration).
import { bundle, run } from './bundle.mjs';

const program = bundle('await-program.ts');
for (const mode of ['plain', 'followed', 'recorded']) run(program, [mode]);
