import { readFileSync } from 'node:fs';
import { bootId } from './boot.ts';
import type { RecordingMeta } from './open-recording.ts';

/** `running`: still writing; `complete`: ended and drained to the end; `cut off`: killed, so its last moments are missing. */
export type ProcessState = 'running' | 'complete' | 'cut off';

/** A pid whose process began later than this after the recorded start belongs to another process. */
const REUSE_MARGIN_NS = 5e9;

/** State of one process of a recording, from its row in `processes`. Looks at this machine's processes. */
export function processState(
  row: { pid: number; complete: number; start_ns: number },
  meta: RecordingMeta,
  probe: ProcessProbe = SYSTEM,
): ProcessState {
  if (row.complete === 1) return 'complete';
  const recordedBoot = meta['boot_id'] ?? '';
  if (recordedBoot !== '' && recordedBoot !== probe.bootId()) return 'cut off';
  if (!probe.isAlive(row.pid)) return 'cut off';
  const startedNs = probe.startHrtimeNs(row.pid);
  const recordedNs = Number(meta['start_hrtime_ns'] ?? 0) + row.start_ns;
  return startedNs !== undefined && startedNs > recordedNs + REUSE_MARGIN_NS ? 'cut off' : 'running';
}

/** What is asked of the system. */
export interface ProcessProbe {
  bootId(): string;
  isAlive(pid: number): boolean;
  /** When the process began, on the monotonic clock (never too late); undefined where that is not known. */
  startHrtimeNs(pid: number): number | undefined;
}

/** Clock ticks per second of /proc/<pid>/stat: 100 on every Linux that Node runs on. */
const PROC_TICKS_PER_SECOND = 100;

const SYSTEM: ProcessProbe = {
  bootId,
  isAlive(pid) {
    try {
      return process.kill(pid, 0);
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EPERM';
    }
  },
  startHrtimeNs(pid) {
    try {
      // Fields after the command name, which may contain spaces: the 22nd field is the start time since boot.
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
      const uptimeSeconds = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
      const ageNs = (uptimeSeconds - ticks / PROC_TICKS_PER_SECOND) * 1e9;
      return Number(process.hrtime.bigint()) - ageNs;
    } catch {
      return undefined;
    }
  },
};
