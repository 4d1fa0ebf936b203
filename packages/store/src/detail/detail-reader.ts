import type { Database, Statement } from '../driver/index.ts';
import { Chunk, chunkOfTime, firstChunkFrom, type ChunkInfo } from '../read/chunks.ts';
import type { Recording } from '../read/recording.ts';
import { WordPool } from '../read/word-pool.ts';
import { chunkDetail, NO_SITE, type ChunkDetail, type OpenStack } from './chunk-detail.ts';
import { DETAIL_LEVELS_MAX, readStack, stackStatement } from './detail-index.ts';
import { Estimates } from './estimates.ts';
import { Fold } from './fold.ts';
import { decodeNode, NODE_FANOUT, type DetailNode } from './node.ts';
import {
  DETAIL_COLUMNS_MAX,
  DETAIL_DEPTH_DEFAULT,
  DETAIL_DEPTH_MAX,
  SLICE_OUTCOMES,
  type DetailFunction,
  type DetailQuery,
  type ThreadDetail,
} from './types.ts';

/** Nodes kept in memory, about 100 KB each. */
const NODE_CACHE_COUNT = 256;
/** Chunks kept in full resolution, about 3 MB each. */
const CHUNK_CACHE_COUNT = 8;
/** Chunks that are not indexed yet and are read for one picture; with more of them it is estimated. */
const UNINDEXED_CHUNKS_MAX = 2;

const RUNNING = SLICE_OUTCOMES.indexOf('running');
const TERMINATED = SLICE_OUTCOMES.indexOf('terminated');

/**
 * Answers questions for pictures of threads. Without a sidecar, or where it has no index yet, columns are estimated
 * from the summaries of chunks; a few chunks are read instead. With the index an answer reads about as much as it
 * shows, however long the span is. Call `refresh` after the recording or its index has grown.
 */
export class DetailReader {
  private readonly recording: Recording;
  private readonly sql: Record<'shift' | 'node' | 'end' | 'stack', Statement> | undefined;
  private readonly nodes = new Map<string, DetailNode>();
  private readonly shifts = new Map<string, number>();
  private readonly chunks = new Map<string, ChunkDetail>();
  private readonly pool = new WordPool(1);

  constructor(recording: Recording, sidecar: Database | undefined) {
    this.recording = recording;
    this.sql = sidecar && {
      shift: sidecar.prepare('SELECT shift FROM detail_nodes WHERE thread_id = ? AND level = ? AND node = ?'),
      stack: stackStatement(sidecar),
      node: sidecar.prepare('SELECT data FROM detail_nodes WHERE thread_id = ? AND level = ? AND node = ?'),
      end: sidecar.prepare(
        'SELECT end_ns AS endNs, outcome FROM slice_ends WHERE thread_id = ? AND call = ? AND start_ns = ?',
      ),
    };
  }

  /** Picks up what was added to the recording. What was added to the index is found without it. */
  refresh(): void {
    this.recording.refresh();
    this.chunks.clear();
  }

  /** What a FUNCTION site of a slice or cell stands for; undefined when its module is not in the recording. */
  functionOf(thread: number, site: number): DetailFunction | undefined {
    const found = this.recording.resolver(thread).resolve(site);
    return (
      found && { name: found.function.name, file: found.file, line: found.function.line, kind: found.function.kind }
    );
  }

  /** Throws RangeError when the span is empty or negative, or the number of columns is not positive. */
  read(query: DetailQuery): ThreadDetail {
    const { thread } = query;
    const { shift, firstBin, bins } = columnsFor(query);
    const depths = Math.min(query.depths ?? DETAIL_DEPTH_DEFAULT, DETAIL_DEPTH_MAX);
    const fold = new Fold({ shift, firstBin, bins, depths });
    const columnNs = 2 ** shift;
    const fromNs = firstBin * columnNs;
    const toNs = (firstBin + bins) * columnNs;
    const estimates = new Estimates(fromNs, columnNs, bins);
    this.add(thread, fold, estimates, fromNs, toNs);
    const depth = fold.depth();
    if (!estimates.isEmpty) estimates.addTo(fold, depth);
    return {
      thread,
      fromNs,
      toNs,
      columnNs,
      columns: {
        events: fold.events,
        calls: fold.calls,
        throws: fold.throws,
        logs: fold.logs,
        depth,
        exact: estimates.exact,
      },
      slices: fold.slices.columns(),
      cells: fold.takeCells(),
      exact: estimates.isEmpty,
    };
  }

  private add(thread: number, fold: Fold, estimates: Estimates, fromNs: number, toNs: number): void {
    const chunks = this.recording.chunks(thread);
    const last = chunkOfTime(chunks, toNs - 1);
    let i = chunks.length === 0 ? 0 : firstChunkFrom(chunks, fromNs);
    const unindexed = this.unindexed(thread, chunks, i, last);
    let end: { info: ChunkInfo; stack: OpenStack | undefined } | undefined;
    while (i <= last) {
      const info = chunks[i]!;
      const node = this.largestNode(thread, info.chunk, fold.shift);
      if (node) {
        fold.addNode(node.node);
        while (i < chunks.length && chunks[i]!.chunk <= node.lastChunk) i++;
        end = { info: chunks[i - 1]!, stack: undefined };
        continue;
      }
      i++;
      const detail =
        unindexed > UNINDEXED_CHUNKS_MAX && !this.hasLeaf(thread, info.chunk) ? undefined : this.chunk(thread, info);
      if (detail) fold.addChunk(detail);
      else estimates.add(info);
      end = detail && { info, stack: detail.stack };
    }
    if (end) this.addOpen(thread, fold, end.info, end.stack ?? this.stackAfter(thread, end.info.chunk));
  }

  /** How many of these chunks have no node. */
  private unindexed(thread: number, chunks: readonly ChunkInfo[], from: number, to: number): number {
    let count = 0;
    // From the end: what is indexed is a prefix, unless a chunk is damaged.
    for (let i = to; i >= from && count <= UNINDEXED_CHUNKS_MAX; i--) {
      if (this.hasLeaf(thread, chunks[i]!.chunk)) break;
      count++;
    }
    return count;
  }

  private hasLeaf(thread: number, chunk: number): boolean {
    return this.shiftOf(thread, 0, chunk) !== undefined;
  }

  private shiftOf(thread: number, level: number, node: number): number | undefined {
    const key = `${thread}/${level}/${node}`;
    let shift = this.shifts.get(key);
    if (shift === undefined) {
      shift = this.sql?.shift.get<{ shift: number }>(thread, level, node)?.shift;
      if (shift !== undefined) this.shifts.set(key, shift);
    }
    return shift;
  }

  /** The node above most chunks that has this one in it and bins narrow enough. */
  private largestNode(
    thread: number,
    chunk: number,
    shift: number,
  ): { node: DetailNode; lastChunk: number } | undefined {
    let best: { level: number; number: number } | undefined;
    let number = chunk;
    for (let level = 0; level < DETAIL_LEVELS_MAX; level++) {
      const own = this.shiftOf(thread, level, number);
      if (own === undefined || own > shift) break;
      best = { level, number };
      number = Math.floor(number / NODE_FANOUT);
    }
    const node = best && this.node(thread, best.level, best.number);
    return node && { node, lastChunk: (best!.number + 1) * NODE_FANOUT ** best!.level - 1 };
  }

  private node(thread: number, level: number, number: number): DetailNode | undefined {
    const key = `${thread}/${level}/${number}`;
    const known = this.nodes.get(key);
    this.nodes.delete(key);
    const row = known ? undefined : this.sql?.node.get<{ data: Uint8Array }>(thread, level, number);
    const node = known ?? (row && decodeNode(row.data));
    if (!node) return undefined;
    if (this.nodes.size >= NODE_CACHE_COUNT) this.nodes.delete(this.nodes.keys().next().value!);
    this.nodes.set(key, node);
    return node;
  }

  /** A chunk in full resolution; undefined when it cannot be read. */
  private chunk(thread: number, info: ChunkInfo): ChunkDetail | undefined {
    const key = `${thread}/${info.chunk}/${info.words}`;
    const known = this.chunks.get(key);
    if (known) return known;
    const chunk = this.words(thread, info);
    if (!chunk) return undefined;
    const before = this.stackAfter(thread, info.chunk - 1);
    const spare = this.chunks.size >= CHUNK_CACHE_COUNT ? this.takeOldest() : undefined;
    const resolver = this.recording.resolver(thread);
    const detail = chunkDetail(chunk, info.events, before, resolver, undefined, spare?.slices);
    this.chunks.set(key, detail);
    return detail;
  }

  private takeOldest(): ChunkDetail | undefined {
    const [key, detail] = this.chunks.entries().next().value!;
    this.chunks.delete(key);
    return detail;
  }

  /** The chunk in memory that the next one takes; undefined when it is damaged from the start or not stored. */
  private words(thread: number, info: ChunkInfo): Chunk | undefined {
    try {
      return new Chunk(
        this.recording.readWords(thread, info, (words) => this.pool.place({ held: undefined, usedAt: 0 }, words)),
        info.endNs,
      );
    } catch {
      return undefined;
    }
  }

  private stackAfter(thread: number, chunk: number): OpenStack | undefined {
    const indexed = this.sql && readStack(this.sql.stack, thread, chunk);
    if (indexed) return indexed;
    for (const [key, detail] of this.chunks) if (key.startsWith(`${thread}/${chunk}/`)) return detail.stack;
    return undefined;
  }

  /** What is still open after the last chunk that was looked at: where it ends, a later chunk knows. */
  private addOpen(thread: number, fold: Fold, info: ChunkInfo, stack: OpenStack | undefined): void {
    if (!stack) return;
    const last = this.recording.chunks(thread).at(-1)!.chunk;
    const knowsAll = last === info.chunk || this.hasLeaf(thread, last);
    const threadEndNs = knowsAll ? this.recording.threads().find(({ id }) => id === thread)?.endNs : undefined;
    stack.calls.forEach((call, depth) => {
      const site = stack.sites[depth]!;
      if (site === NO_SITE) return;
      const startNs = stack.startsNs[depth]!;
      const known = this.sql?.end.get<{ endNs: number; outcome: number }>(thread, call, startNs);
      if (known) fold.addSlice(startNs, known.endNs, call, depth, site, known.outcome);
      else if (typeof threadEndNs === 'number') fold.addSlice(startNs, threadEndNs, call, depth, site, TERMINATED);
      else fold.addSlice(startNs, Infinity, call, depth, site, RUNNING);
    });
  }
}

/** The narrowest columns of a power of two that are no more than asked for. */
function columnsFor({ fromNs, toNs, columns }: DetailQuery): { shift: number; firstBin: number; bins: number } {
  if (!(fromNs >= 0 && toNs > fromNs && Number.isFinite(toNs) && columns >= 1)) {
    throw new RangeError(`no picture of ${fromNs}..${toNs} ns in ${columns} columns`);
  }
  const wanted = Math.min(Math.floor(columns), DETAIL_COLUMNS_MAX);
  let shift = Math.max(0, Math.ceil(Math.log2((toNs - fromNs) / wanted)) - 1);
  const count = (): number => Math.ceil(toNs / 2 ** shift) - Math.floor(fromNs / 2 ** shift);
  // A span across the border of two columns fits no single one.
  while (count() > Math.max(2, wanted)) shift++;
  return { shift, firstBin: Math.floor(fromNs / 2 ** shift), bins: count() };
}
