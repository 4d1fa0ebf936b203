import type { EventScanner } from '@execution-cinema/format';
import type { Database, Statement } from '../driver/index.ts';
import type { Chunk, ChunkInfo } from '../read/chunks.ts';
import type { Recording } from '../read/recording.ts';
import { ChunkScan, type ChunkDetail, type OpenStack } from './chunk-detail.ts';
import { Fold } from './fold.ts';
import { FunctionTimes, type FunctionTime } from './function-times.ts';
import { decodeNode, encodeNode, NODE_FANOUT, nodeOf, shiftFor, type DetailNode } from './node.ts';
import { DETAIL_DEPTH_MAX } from './types.ts';

/** Levels above the chunks that are kept: beyond them a thread would have more chunks than a file can hold. */
export const DETAIL_LEVELS_MAX = 8;

/**
 * Writes the pyramid of one thread, chunk after chunk, in the transactions of the seek index: a node per chunk, and one
 * above NODE_FANOUT others as soon as these are there.
 */
export class DetailIndexer {
  private readonly recording: Recording;
  private readonly thread: number;
  private readonly sql: Record<'node' | 'stack' | 'before' | 'end' | 'children', Statement>;
  private before: { chunk: number; stack: OpenStack } | undefined;
  private scan: ChunkScan | undefined;

  constructor(recording: Recording, thread: number, db: Database) {
    this.recording = recording;
    this.thread = thread;
    this.sql = {
      node: db.prepare('INSERT OR REPLACE INTO detail_nodes VALUES(?, ?, ?, ?, ?)'),
      stack: db.prepare('INSERT OR REPLACE INTO detail_stacks VALUES(?, ?, ?, ?, ?)'),
      before: stackStatement(db),
      end: db.prepare('INSERT OR REPLACE INTO slice_ends VALUES(?, ?, ?, ?, ?)'),
      children: db.prepare(
        'SELECT data FROM detail_nodes WHERE thread_id = ? AND level = ? AND node BETWEEN ? AND ? ORDER BY node',
      ),
    };
  }

  /** What a scan over the chunk has to call with every event. */
  begin(chunk: Chunk, info: ChunkInfo): (scanner: EventScanner) => void {
    const scan = new ChunkScan(chunk, info.events);
    this.scan = scan;
    return (scanner) => scan.note(scanner);
  }

  /** After the scan: what the functions did in the chunk. Nothing is stored of one that is still growing. */
  end(info: ChunkInfo, whole: boolean): ReadonlyMap<number, FunctionTime> {
    const { thread, scan } = this;
    this.scan = undefined;
    const before =
      this.before?.chunk === info.chunk - 1 ? this.before.stack : readStack(this.sql.before, thread, info.chunk - 1);
    const functions = new FunctionTimes();
    const detail = scan!.finish(before, this.recording.resolver(thread), functions);
    if (whole) this.store(info, detail);
    return functions.finish(detail.stack);
  }

  private store(info: ChunkInfo, detail: ChunkDetail): void {
    const { thread } = this;
    const node = leafOf(detail);
    this.sql.node.run(thread, 0, info.chunk, node.shift, encodeNode(node));
    const { nextEvent, lastNs } = detail.stack;
    this.sql.stack.run(thread, info.chunk, nextEvent, lastNs, encodeStack(detail.stack));
    this.storeEnds(detail);
    this.before = { chunk: info.chunk, stack: detail.stack };
    this.storeParents(info.chunk);
  }

  /** Ends of what was open when the chunk began: pictures that end before it ask for them. */
  private storeEnds(detail: ChunkDetail): void {
    const { slices } = detail;
    for (const i of detail.older) {
      this.sql.end.run(this.thread, slices.call[i]!, slices.startNs[i]!, slices.endNs[i]!, slices.outcome[i]!);
    }
  }

  private storeParents(chunk: number): void {
    const first = this.recording.chunks(this.thread)[0]?.chunk ?? 0;
    let node = chunk;
    let chunksPerNode = 1;
    for (let level = 1; level < DETAIL_LEVELS_MAX; level++) {
      if (node % NODE_FANOUT !== NODE_FANOUT - 1) return;
      node = Math.floor(node / NODE_FANOUT);
      const from = node * NODE_FANOUT;
      const rows = this.sql.children.all<{ data: Uint8Array }>(this.thread, level - 1, from, from + NODE_FANOUT - 1);
      const children = rows.flatMap(({ data }) => decodeNode(data) ?? []);
      // A chunk that could not be read leaves a hole, which no node may hide; pruned ones lie before the first.
      const expected = NODE_FANOUT - Math.max(0, Math.min(NODE_FANOUT, Math.floor(first / chunksPerNode) - from));
      if (children.length === 0 || children.length < expected) return;
      const parent = parentOf(children);
      this.sql.node.run(this.thread, level, node, parent.shift, encodeNode(parent));
      chunksPerNode *= NODE_FANOUT;
    }
  }
}

function leafOf(detail: ChunkDetail): DetailNode {
  const shift = shiftFor(detail.startNs, detail.lastNs);
  const fold = foldFor(detail.startNs, detail.lastNs, shift);
  fold.addChunk(detail);
  return nodeOf(fold, detail.startNs, detail.startDepth);
}

function parentOf(children: readonly DetailNode[]): DetailNode {
  const first = children[0]!;
  const last = children.at(-1)!;
  const lastNs = (last.firstBin + (last.at.at(-1) ?? 0) + 1) * 2 ** last.shift - 1;
  const shift = Math.max(shiftFor(first.startNs, lastNs), ...children.map((child) => child.shift));
  const fold = foldFor(first.startNs, lastNs, shift);
  for (const child of children) fold.addNode(child);
  return nodeOf(fold, first.startNs, first.startDepth);
}

function foldFor(startNs: number, endNs: number, shift: number): Fold {
  const firstBin = Math.floor(startNs / 2 ** shift);
  const bins = Math.floor(endNs / 2 ** shift) - firstBin + 1;
  return new Fold({ shift, firstBin, bins, depths: DETAIL_DEPTH_MAX, keepFromBefore: true });
}

/** Per frame float64 call, start ns; then uint32 site. Deeper frames than pictures show are left out. */
function encodeStack({ calls, sites, startsNs }: OpenStack): Uint8Array {
  const count = Math.min(calls.length, DETAIL_DEPTH_MAX);
  const result = new Uint8Array(count * 20);
  const numbers = new Float64Array(result.buffer, 0, count * 2);
  numbers.set(calls.slice(0, count));
  numbers.set(startsNs.slice(0, count), count);
  new Uint32Array(result.buffer, count * 16, count).set(sites.slice(0, count));
  return result;
}

/** Asks for what `readStack` reads. */
export function stackStatement(db: Database): Statement {
  return db.prepare(
    'SELECT next_event AS nextEvent, last_ns AS lastNs, data FROM detail_stacks WHERE thread_id = ? AND chunk = ?',
  );
}

/** The frames that were open at the end of an indexed chunk. */
export function readStack(statement: Statement, thread: number, chunk: number): OpenStack | undefined {
  const row = statement.get<{ nextEvent: number; lastNs: number; data: Uint8Array }>(thread, chunk);
  if (!row) return undefined;
  const { buffer } = row.data.slice();
  const count = buffer.byteLength / 20;
  const numbers = new Float64Array(buffer, 0, count * 2);
  return {
    nextEvent: row.nextEvent,
    lastNs: row.lastNs,
    calls: [...numbers.subarray(0, count)],
    startsNs: [...numbers.subarray(count)],
    sites: [...new Uint32Array(buffer, count * 16, count)],
  };
}
