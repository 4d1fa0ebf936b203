import { DETAIL_DEPTH_MAX, type SliceColumns } from './types.ts';

const CAPACITY_FIRST = 256;

/** Slices in columns that grow. */
export class SliceList {
  count = 0;
  startNs: Float64Array;
  endNs: Float64Array;
  call: Float64Array;
  depth: Uint16Array;
  site: Uint32Array;
  outcome: Uint8Array;

  /** `expected` spares growing. */
  constructor(expected = CAPACITY_FIRST) {
    const capacity = Math.max(CAPACITY_FIRST, expected);
    this.startNs = new Float64Array(capacity);
    this.endNs = new Float64Array(capacity);
    this.call = new Float64Array(capacity);
    this.depth = new Uint16Array(capacity);
    this.site = new Uint32Array(capacity);
    this.outcome = new Uint8Array(capacity);
  }

  add(startNs: number, endNs: number, call: number, depth: number, site: number, outcome: number): void {
    if (depth >= DETAIL_DEPTH_MAX) return;
    const at = this.count++;
    if (at === this.startNs.length) this.grow();
    this.startNs[at] = startNs;
    this.endNs[at] = endNs;
    this.call[at] = call;
    this.depth[at] = depth;
    this.site[at] = site;
    this.outcome[at] = outcome;
  }

  /** Empty, with the room that it has. */
  cleared(): this {
    this.count = 0;
    return this;
  }

  private grow(): void {
    const capacity = this.startNs.length * 2;
    this.startNs = grown(this.startNs, new Float64Array(capacity));
    this.endNs = grown(this.endNs, new Float64Array(capacity));
    this.call = grown(this.call, new Float64Array(capacity));
    this.depth = grown(this.depth, new Uint16Array(capacity));
    this.site = grown(this.site, new Uint32Array(capacity));
    this.outcome = grown(this.outcome, new Uint8Array(capacity));
  }

  /** Copies of exactly what is in it. */
  columns(): SliceColumns {
    const { count } = this;
    return {
      count,
      startNs: this.startNs.slice(0, count),
      endNs: this.endNs.slice(0, count),
      call: this.call.slice(0, count),
      depth: this.depth.slice(0, count),
      site: this.site.slice(0, count),
      outcome: this.outcome.slice(0, count),
    };
  }
}

function grown<T extends Float64Array | Uint32Array | Uint16Array | Uint8Array>(from: T, to: T): T {
  to.set(from as never);
  return to;
}
