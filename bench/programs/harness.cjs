/* What measured programs tell their benchmark: when the work began, how long each round took, how much memory it took. */
const { writeFileSync } = require('node:fs');

const nowMs = () => Number(process.hrtime.bigint()) / 1e6;

/** Runs `round` that many times and leaves the result for the benchmark when the process ends. */
exports.measure = async (rounds, round, extra = {}) => {
  const roundsMs = [];
  const beginMs = nowMs();
  for (let i = 0; i < rounds; i++) {
    const startMs = nowMs();
    await round(i);
    roundsMs.push(nowMs() - startMs);
  }
  process.once('exit', () => {
    const peakBytes = process.resourceUsage().maxRSS * 1024;
    writeFileSync(process.env.BENCH_RESULT, JSON.stringify({ beginMs, roundsMs, peakBytes, extra }));
  });
};
