import { expect, test } from 'vitest';
import { K } from '@execution-cinema/format';
import { buildSeekIndex, seekLookup } from '../src/index/seek-index.ts';
import { openSidecar } from '../src/index/sidecar.ts';
import { readRecording } from '../src/read/recording.ts';
import { move } from '../src/travel/moves.ts';
import { makeRecording } from './make-recording.ts';
import { SitesMaker } from './sites-maker.ts';
import { ThreadWriter } from './thread-writer.ts';

/** `main` schedules `tick` and ends; `tick` runs twice from the event loop, much later and in other chunks. */
function scheduled(): { file: string; at: Record<string, number> } {
  const sites: Record<string, number> = {};
  const maker = new SitesMaker((self) => {
    sites['main'] = self.addFunction('main', {}, () => {
      sites['timer='] = self.write(self.variable('timer'), 'const');
    });
    sites['tick'] = self.addFunction('tick', { kind: 'async' }, () => {
      sites['await'] = self.suspend();
      sites['done='] = self.write(self.variable('done'), 'const');
    });
    sites['other'] = self.addFunction('other', {}, () => undefined);
  });
  const writer = new ThreadWriter();
  const at: Record<string, number> = {};
  writer.scopeOpen(101, 0, false);
  writer.enter(100);
  const main = writer.enter(sites['main']!);
  writer.values(K.WRITE, sites['timer=']!, 1);
  at['scheduled'] = writer.last;
  writer.leave();
  writer.leave();
  for (let i = 0; i < 3; i++) {
    writer.cut();
    writer.enter(sites['other']!);
    writer.leave();
  }
  writer.cut();
  writer.causedBy(3, main, main).enter(sites['tick']!);
  at['tick'] = writer.last;
  const tick = writer.suspend(sites['await']!);
  writer.cut();
  writer.enter(sites['other']!);
  writer.leave();
  writer.cut();
  writer.resume(tick);
  writer.values(K.WRITE, sites['done=']!, 2);
  at['done'] = writer.last;
  writer.leave();
  return { file: makeRecording(writer, maker.table), at };
}

test.each([true, false])('a cause and its effect lead to each other (index: %s)', (indexed) => {
  const { file, at } = scheduled();
  const recording = readRecording(file);
  const sidecar = openSidecar(recording);
  if (indexed) buildSeekIndex(recording, sidecar.db);
  const go = (event: number, kind: 'cause' | 'effect'): number | undefined =>
    move(recording, seekLookup(sidecar.db), { thread: 1, event }, { kind })?.event;
  expect(go(at['done']!, 'cause')).toBe(at['tick']);
  expect(go(at['tick']!, 'cause')).toBe(at['scheduled']);
  // Where it has just fallen asleep, or ended, nothing is on the stack any more.
  expect(go(at['tick']! + 1, 'cause')).toBe(at['scheduled']);
  expect(go(at['done']! + 1, 'cause')).toBe(at['tick']);
  expect(go(at['scheduled']!, 'effect')).toBe(at['tick']);
  expect(go(at['done']!, 'effect')).toBeUndefined();
  expect(go(at['scheduled']!, 'cause')).toBeUndefined();
  sidecar.close();
  recording.close();
});
