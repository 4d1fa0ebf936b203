import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { RuntimeMessage } from '@execution-cinema/format';
import { LAST_NS, LONGEST_BUSY_NS, type Core } from '../core.ts';

/** Time between two samples while the thread records; an idle thread is not sampled. */
const SAMPLE_MS = 1000;

export interface Samples {
  onTick(nowMs: number): void;
  stop(): void;
}

/**
 * Tells the recorder how the process is doing. No timer of ours runs: samples are taken on the way, when the recorder's
 * tick is noticed.
 */
export function createSamples(core: Core, post: (message: RuntimeMessage) => void): Samples {
  const { wide } = core;
  const { cpuUsage } = process;
  let sampledMs = 0;
  let gcMs = 0;
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) gcMs += entry.duration;
  });
  observer.observe({ entryTypes: ['gc'] });

  return {
    onTick: (nowMs) => {
      if (nowMs - sampledMs < SAMPLE_MS) return;
      sampledMs = nowMs;
      const cpu = cpuUsage();
      post({
        type: 'sample',
        timeNs: wide[LAST_NS]!,
        loopDelayMs: wide[LONGEST_BUSY_NS]! / 1e6,
        gcMs,
        heapBytes: getHeapStatistics().used_heap_size,
        cpuMs: (cpu.user + cpu.system) / 1000,
      });
      gcMs = 0;
      wide[LONGEST_BUSY_NS] = 0;
    },
    stop: () => observer.disconnect(),
  };
}
