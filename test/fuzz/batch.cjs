'use strict';
/* node batch.cjs RESULTS PROGRAM...: runs programs one after the other; one JSON line per program. */
const { appendFileSync } = require('node:fs');
const { runProgram } = require('./harness.cjs');

const [results, ...programs] = process.argv.slice(2);

(async () => {
  for (const program of programs) {
    const lines = await runProgram(program);
    appendFileSync(results, `${JSON.stringify(lines)}\n`);
  }
})();
