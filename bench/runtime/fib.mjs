// What recording a call costs: fib(32) plain and at level boundaries, with a stand-in for the recorder that advances the
// tick every millisecond and gives full slots back at once. Prints nanoseconds per call, and the same in clock reads.
// `node --trace-opt --trace-deopt bench/runtime/fib.mjs` shows whether the probes are inlined.
import { bundle, run } from './bundle.mjs';

run(bundle('fib-program.ts'));
