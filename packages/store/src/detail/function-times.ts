import type { TimeRange } from '../read/moments.ts';
import { THREW, type FrameVisitor } from './chunk-detail.ts';
import { SLICE_OUTCOMES } from './types.ts';

const RUNNING = SLICE_OUTCOMES.indexOf('running');

/** What one function did in some span of time. */
export interface FunctionTime {
  /** Begun. */
  calls: number;
  /** Ended by an exception. */
  throws: number;
  /** On top of the stack, nanoseconds. */
  selfNs: number;
  /** On the stack, what it called included; counted once where it called itself. */
  totalNs: number;
}

/** Adds up the time per FUNCTION site while events go by. Outside `clip` nothing is counted. */
export class FunctionTimes implements FrameVisitor {
  private readonly bySite = new Map<number, FunctionTime>();
  private readonly open = new Map<number, { frames: number; sinceNs: number }>();
  private readonly selfNs: number[] = [];
  private readonly clip: TimeRange;
  private nowNs = 0;

  constructor(clip: TimeRange = { fromNs: 0, toNs: Infinity }) {
    this.clip = clip;
  }

  private clamp(timeNs: number): number {
    return Math.max(this.clip.fromNs, Math.min(this.clip.toNs, timeNs));
  }

  start(sinceNs: number, { sites }: { sites: readonly number[] }): void {
    this.nowNs = this.clamp(sinceNs);
    for (const site of sites) this.begin(site, false, sinceNs);
  }

  /** Time goes on: it is the time of the frame on top. */
  advance(timeNs: number): void {
    const toNs = this.clamp(timeNs);
    const top = this.selfNs.length - 1;
    if (top >= 0) this.selfNs[top]! += toNs - this.nowNs;
    this.nowNs = toNs;
  }

  begin(site: number, isCall: boolean, timeNs: number): void {
    this.selfNs.push(0);
    if (isCall && timeNs >= this.clip.fromNs && timeNs <= this.clip.toNs) this.of(site).calls++;
    const open = this.open.get(site);
    if (open && open.frames > 0) open.frames++;
    else if (open) {
      open.frames = 1;
      open.sinceNs = this.nowNs;
    } else this.open.set(site, { frames: 1, sinceNs: this.nowNs });
  }

  end(site: number, outcome: number): void {
    const selfNs = this.selfNs.pop() ?? 0;
    const entry = this.of(site);
    entry.selfNs += selfNs;
    if (outcome === THREW && this.nowNs > this.clip.fromNs && this.nowNs < this.clip.toNs) entry.throws++;
    const open = this.open.get(site);
    if (open && --open.frames === 0) entry.totalNs += this.nowNs - open.sinceNs;
  }

  /** At the end: counts the time of what is still open, and returns all by FUNCTION site. */
  finish({ sites }: { sites: readonly number[] }): ReadonlyMap<number, FunctionTime> {
    for (let depth = sites.length - 1; depth >= 0; depth--) this.end(sites[depth]!, RUNNING);
    return this.bySite;
  }

  private of(site: number): FunctionTime {
    let entry = this.bySite.get(site);
    if (!entry) this.bySite.set(site, (entry = { calls: 0, throws: 0, selfNs: 0, totalNs: 0 }));
    return entry;
  }
}
