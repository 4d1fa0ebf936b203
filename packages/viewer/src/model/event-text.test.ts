import { expect, test } from 'vitest';
import type { EventView } from '@execution-cinema/server/protocol';
import { eventText } from './event-text.ts';
import { previewText } from './values.ts';

function textOf(event: Partial<EventView>): string {
  const empty: EventView = { kind: '', call: '1:2', function: 'f', place: null, name: null, value: null, values: [] };
  const { word, name, joint, values } = eventText({ ...empty, ...event });
  const listed = values.map((entry) => `${entry.name === null ? '' : `${entry.name}: `}${previewText(entry.value)}`);
  const text = listed.join(', ');
  return [word, joint === '()' ? `${name}(${text})` : [name, joint, text].filter(Boolean).join(' ')].join(' ');
}

test('an event is said as code would say it, with all that it is about', () => {
  const value = (of: EventView['value'], name: string | null = null) => ({ name, value: of });
  const cases: [Partial<EventView>, string][] = [
    [{ kind: 'enter', values: [value(1, 'a'), value('x', 'b')] }, 'calls f(a: 1, b: "x")'],
    [{ kind: 'enter' }, 'calls f()'],
    [{ kind: 'write', name: 'match', values: [value(null)] }, 'writes match = null'],
    [{ kind: 'mutation', name: 'words.push', values: [value('red')] }, 'changes words.push("red")'],
    [{ kind: 'mutation', name: 'words.pop' }, 'changes words.pop()'],
    [{ kind: 'return', values: [value({ u: 1 })] }, 'returns f undefined'],
    [{ kind: 'resume' }, 'resumes f'],
    [{ kind: 'receive', name: 'message' }, 'receives a message'],
    [{ kind: 'request', values: [value('GET'), value('/a')] }, 'request "GET", "/a"'],
    [{ kind: 'response', values: [value(200)] }, 'response 200'],
    [{ kind: 'never heard of', values: [value(1)] }, 'never heard of 1'],
  ];
  for (const [event, text] of cases) expect(textOf(event)).toBe(text);
});
