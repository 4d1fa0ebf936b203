import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeScenario, type Scenario } from '../../test/scenario.ts';
import { readRecording, type Recording } from '../read/recording.ts';
import { logpoint } from './logpoint.ts';

let scenario: Scenario;
let recording: Recording;
beforeAll(() => {
  scenario = makeScenario();
  recording = readRecording(scenario.file);
});
afterAll(() => recording.close());

const at = (name: string): { file: string; line: number } => ({ file: 'app.js', line: scenario.lines[name]! });

test('evaluates an expression at every execution of a line, and counts', () => {
  const found = logpoint(recording, undefined, { ...at('total+='), expression: 'total * rate' });
  expect(found).toMatchObject({ executions: 1, hits: 1, unknown: 0, sum: 22.5, more: false });
  expect(found.first[0]).toMatchObject({ moment: { thread: 1, event: scenario.at['total=15'] }, value: 22.5 });
  expect(found.distinct).toEqual([{ value: 22.5, count: 1, first: found.first[0]!.moment }]);
});

test('leaves out what the condition does not let pass, and says what is not known', () => {
  const none = logpoint(recording, undefined, { ...at('total+='), expression: 'total', condition: 'total > 15' });
  expect(none).toMatchObject({ executions: 1, hits: 0, unknown: 0, first: [] });
  const unknown = logpoint(recording, undefined, { ...at('total+='), expression: 'nowhere + 1' });
  expect(unknown).toMatchObject({ executions: 1, hits: 0, unknown: 1 });
  expect(unknown.first[0]!.unknown).toBe('nowhere is no recorded variable here');
});

test('looks at so many executions at most', () => {
  const found = logpoint(recording, undefined, { ...at('count+='), expression: 'count', executionsMax: 0 });
  expect(found).toMatchObject({ executions: 0, more: true });
});

test('refuses places without code, and what is no expression', () => {
  expect(() => logpoint(recording, undefined, { file: 'app.js', line: 9999, expression: '1' })).toThrow('app.js:9999');
  expect(() => logpoint(recording, undefined, { ...at('total+='), expression: 'a +' })).toThrow(
    'not a JavaScript expression',
  );
});
