import { expect, test } from 'vitest';
import { makeRecording } from '../../test/make-recording.ts';
import { randomProgram } from '../../test/random-program.ts';
import { buildSeekIndex } from '../index/seek-index.ts';
import { openSidecar } from '../index/sidecar.ts';
import { ChunkState } from './chunk-state.ts';
import { chunkView } from './chunk-view.ts';
import { digestOf } from './digest.ts';
import { readRecording, type Recording } from './recording.ts';
import type { Frame } from './replay.ts';
import { ThreadReplay } from './replay.ts';
import { ownerOfCall, ownerOfScope, type LastWrite } from './variables.ts';

const SEEDS = Array.from({ length: 12 }, (_, i) => i + 1);

function told(frame: Frame | undefined) {
  if (!frame) return undefined;
  const { call, siteId, link, position, chunk, startEvent, startNs, asyncParent, thisFrom, sleeping } = frame;
  const since = sleeping && { event: sleeping.event, timeNs: sleeping.timeNs };
  const from = thisFrom && { event: thisFrom.event.event, chunk: thisFrom.chunk };
  return { call, siteId, link, position: position?.id, chunk, startEvent, startNs, asyncParent, from, since };
}

const written = (write: LastWrite | undefined) =>
  write && { chunk: write.chunk, event: write.event, timeNs: write.timeNs, value: write.value };

/** Calls and scopes that a chunk may know something of, from a replay with values. */
function namesIn(recording: Recording, at: number): { calls: number[]; scopes: number[]; openers: Set<number> } {
  const chunk = recording.chunk(1, recording.chunks(1)[at]!);
  const replay = new ThreadReplay(recording.resolver(1));
  replay.beginChunk(chunk.header);
  const openers = new Set<number>();
  for (const event of chunk.events()) {
    replay.step(event);
    if (replay.openedScope) openers.add(replay.openedScope.call);
  }
  const calls = Array.from({ length: replay.nextCall + 1 }, (_, call) => call);
  const scopes = Array.from({ length: replay.nextScope + 1 }, (_, instance) => instance);
  return { calls, scopes, openers };
}

test.each(SEEDS)('a digest knows of a whole chunk what its replay knows, program %i', (seed) => {
  const { writer, maker } = randomProgram(seed, 600);
  const file = makeRecording(writer, maker.table);
  for (const isStored of [false, true]) {
    const recording = readRecording(file);
    const sidecar = isStored ? openSidecar(recording) : undefined;
    if (sidecar) buildSeekIndex(recording, sidecar.db);
    const variables = maker.table.variables.map((_, variable) => variable);
    recording.chunks(1).forEach((info, at) => {
      if (isStored) expect(recording.chunkIndex?.digest(1, info.chunk, info.words)).toBeDefined();
      const digest = digestOf(recording, 1, info)!;
      const state = new ChunkState(chunkView(recording, 1, info)!, recording.resolver(1), Number.MAX_SAFE_INTEGER);
      const { calls, scopes, openers } = namesIn(recording, at);
      const open = new Map([...state.stack, ...state.asleep].map((frame) => [frame.call, frame]));
      for (const call of calls) {
        const known = state.frame(call);
        expect(digest.stood(call)?.position).toBe(open.has(call) ? (open.get(call)!.position?.id ?? -1) : undefined);
        if (open.has(call)) {
          expect(told(digest.frame(call))).toEqual(told(known));
          expect(digest.frame(call)!.arguments).toEqual(known!.arguments);
        } else if (openers.has(call) && known?.begin) {
          // Of one that has ended only what its scopes need is kept.
          expect(digest.frame(call)).toMatchObject({ call, startEvent: known.startEvent, startNs: known.startNs });
          expect(digest.frame(call)!.arguments).toEqual(known!.arguments);
        } else expect(digest.frame(call)).toBeUndefined();
        for (const variable of variables) {
          expect(written(digest.writeOf(ownerOfCall(call), variable))).toEqual(
            written(state.writeOfCall(call, variable)),
          );
        }
      }
      for (const instance of scopes) {
        expect(digest.scope(instance)).toEqual(state.scope(instance));
        for (const variable of variables) {
          expect(written(digest.writeOf(ownerOfScope(instance), variable))).toEqual(
            written(state.writeOfScope(instance, variable)),
          );
        }
      }
    });
    sidecar?.close();
    recording.close();
  }
});
