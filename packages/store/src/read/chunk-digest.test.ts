import { expect, test } from 'vitest';
import { makeRecording } from '../../test/make-recording.ts';
import { randomProgram } from '../../test/random-program.ts';
import { buildSeekIndex } from '../index/seek-index.ts';
import { openSidecar } from '../index/sidecar.ts';
import type { ChunkDigest } from './chunk-digest.ts';
import { ChunkState } from './chunk-state.ts';
import { chunkView } from './chunk-view.ts';
import { digestOf } from './digest.ts';
import { readRecording, type Recording } from './recording.ts';
import { ThreadReplay, type Frame } from './replay.ts';
import { ownerOfCall, ownerOfScope, type LastWrite } from './variables.ts';

const SEEDS = Array.from({ length: 12 }, (_, i) => i + 1);

interface Names {
  calls: number[];
  scopes: number[];
  openers: Set<number>;
}

function begun(frame: Frame | undefined) {
  return frame && { startEvent: frame.startEvent, startNs: frame.startNs, arguments: frame.arguments };
}

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
function namesIn(recording: Recording, at: number): Names {
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

/** What a state of the whole chunk tells. Of calls that have ended a digest keeps what the scopes need that they opened. */
function fromState(state: ChunkState, { calls, scopes, openers }: Names, variables: readonly number[]) {
  const open = new Map([...state.stack, ...state.asleep].map((frame) => [frame.call, frame]));
  return {
    frames: calls.map((call) => told(open.get(call))),
    positions: calls.map((call) => open.has(call) && (open.get(call)!.position?.id ?? -1)),
    begun: calls.map((call) => {
      const frame = open.get(call) ?? (openers.has(call) ? state.frame(call) : undefined);
      return begun(frame?.begin ? frame : undefined);
    }),
    scopes: scopes.map((instance) => state.scope(instance)),
    ofCalls: calls.map((call) => variables.map((variable) => written(state.writeOfCall(call, variable)))),
    ofScopes: scopes.map((instance) => variables.map((variable) => written(state.writeOfScope(instance, variable)))),
    variables: scopes.map((instance) => [...state.variablesOfScope(instance)].sort((a, b) => a - b)),
  };
}

function fromDigest(digest: ChunkDigest, { calls, scopes }: Names, variables: readonly number[]) {
  return {
    frames: calls.map((call) => (digest.stood(call) ? told(digest.frame(call)) : undefined)),
    positions: calls.map((call) => digest.stood(call)?.position ?? false),
    begun: calls.map((call) => {
      const frame = digest.frame(call);
      return begun(frame?.begin ? frame : undefined);
    }),
    scopes: scopes.map((instance) => digest.scope(instance)),
    ofCalls: calls.map((call) => variables.map((variable) => written(digest.writeOf(ownerOfCall(call), variable)))),
    ofScopes: scopes.map((instance) =>
      variables.map((variable) => written(digest.writeOf(ownerOfScope(instance), variable))),
    ),
    variables: scopes.map((instance) => digest.variablesOfScope(instance)),
  };
}

test.each(SEEDS)('a digest knows of a whole chunk what its replay knows, program %i', (seed) => {
  const { writer, maker } = randomProgram(seed, 250);
  const file = makeRecording(writer, maker.table);
  const variables = maker.table.variables.map((_, variable) => variable);
  for (const isStored of [false, true]) {
    const recording = readRecording(file);
    const sidecar = openSidecar(recording);
    if (isStored) buildSeekIndex(recording, sidecar.db);
    recording.chunks(1).forEach((info, at) => {
      expect(recording.chunkIndex?.digest(1, info.chunk, info.words) !== undefined).toBe(isStored);
      const state = new ChunkState(chunkView(recording, 1, info)!, recording.resolver(1), Number.MAX_SAFE_INTEGER);
      const names = namesIn(recording, at);
      const digest = digestOf(recording, 1, info)!;
      expect(fromDigest(digest, names, variables)).toEqual(fromState(state, names, variables));
    });
    sidecar.close();
    recording.close();
  }
});
