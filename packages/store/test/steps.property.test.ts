import { K } from '@execution-cinema/format';
import { expect, test } from 'vitest';
import { readRecording } from '../src/read/recording.ts';
import { callSteps, type CallSteps } from '../src/stage/call-steps.ts';
import { makeRecording } from './make-recording.ts';
import { randomProgram } from './random-program.ts';
import { allEvents } from './slow-interpreter.ts';

const SEEDS = Array.from({ length: 14 }, (_, i) => i + 1);

/** With the values that are decoded when they are asked for. */
function told({ steps, ...rest }: CallSteps): unknown {
  const { site, before, after } = rest;
  return {
    function: site?.function.name,
    before,
    after,
    steps: steps.map((step) => ({
      ...step,
      lazy: undefined,
      facts: undefined,
      known: undefined,
      value: step.value,
      arguments: step.arguments,
      child: step.child && { ...step.child, read: undefined, result: step.child.result },
    })),
  };
}

test.each(SEEDS)('steps of a call are the same for who knows where it began, program %i', (seed) => {
  const { writer, maker } = randomProgram(seed, 400);
  const recording = readRecording(makeRecording(writer, maker.table));
  const calls = allEvents(writer).filter(({ kind }) => kind <= K.ENTER_MANY).length;
  let compared = 0;
  for (let call = 1; call <= calls; call++) {
    const begin = callSteps(recording, 1, call).steps.find(({ kind }) => kind === 'enter')?.event;
    if (begin === undefined) continue;
    for (const around of [begin, begin + 7]) {
      const plain = callSteps(recording, 1, call, { around });
      expect(told(callSteps(recording, 1, call, { around, begin }))).toEqual(told(plain));
      compared += plain.steps.length;
    }
  }
  expect(compared).toBeGreaterThan(100);
  recording.close();
});
