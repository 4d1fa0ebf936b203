import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';

/** The machine and how busy it was, for the head of a table. */
export function describeMachine() {
  const model = cpus()[0]?.model.trim() || 'unknown processor';
  return {
    node: process.version,
    system: `${type()} ${release()}`,
    processor: model,
    cores: availableParallelism(),
    memoryGib: Math.round(totalmem() / 2 ** 30),
    load: loadavg().map((value) => Number(value.toFixed(1))),
  };
}

/** @param {ReturnType<typeof describeMachine>} machine */
export function machineLine({ node, system, processor, cores, memoryGib, load }) {
  return `Node ${node}, ${system}, ${cores} x ${processor}, ${memoryGib} GiB, load ${load.join(' ')}`;
}
