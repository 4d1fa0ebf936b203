import { describe, expect, test } from 'vitest';
import { allocateLinkMemory, openLinkMemory, type LinkMemory } from './link-memory.ts';

/** The same memory as two threads see it. */
function twoThreads(seed = 7): [LinkMemory, LinkMemory] {
  const buffer = allocateLinkMemory(seed);
  return [openLinkMemory(buffer), openLinkMemory(buffer)];
}

describe('ports on their way', () => {
  const end = { base: 2 ** 51 + 4, side: 1, sent: 3, received: 5 };

  test('arrive with what they carry, once, each in its place', () => {
    const [sender, receiver] = twoThreads();
    sender.putTransfer({ channel: 12, sequence: 1, index: 1 }, end);
    sender.putTransfer({ channel: 12, sequence: 1, index: 0 }, { ...end, side: 0 });
    sender.putTransfer({ channel: 12, sequence: 2, index: 0 }, { ...end, base: 8 });
    expect(receiver.takeTransfers(12, 1)).toEqual([{ ...end, side: 0 }, end]);
    expect(receiver.takeTransfers(12, 1)).toEqual([]);
    expect(receiver.takeTransfers(12, 2)).toEqual([{ ...end, base: 8 }]);
    expect(receiver.takeTransfers(12, 3)).toEqual([]);
  });

  test('are forgotten, the oldest first, when too many never arrive', () => {
    const [sender, receiver] = twoThreads();
    for (let sequence = 0; sequence < 1_030; sequence++) sender.putTransfer({ channel: 4, sequence, index: 0 }, end);
    expect(receiver.takeTransfers(4, 5)).toEqual([]);
    expect(receiver.takeTransfers(4, 6)).toEqual([end]);
    expect(receiver.takeTransfers(4, 1_029)).toEqual([end]);
  });
});

describe('names of broadcast channels', () => {
  test('count their messages over all threads', () => {
    const [one, other] = twoThreads();
    const channel = one.withTopic('news', (topic) => {
      topic.advance();
      topic.advance();
      return topic.channel;
    });
    expect(other.withTopic('news', (topic) => [topic.channel, topic.next])).toEqual([channel, 2]);
    expect(other.withTopic('other', ({ next }) => next)).toBe(0);
  });

  test('are other channels in another process', () => {
    const channelOf = (seed: number): unknown => twoThreads(seed)[0].withTopic('news', ({ channel }) => channel);
    expect(channelOf(1)).not.toBe(channelOf(2));
  });

  test('beyond the limit are refused', () => {
    const [memory] = twoThreads();
    const followed = Array.from({ length: 600 }, (_, i) => memory.withTopic(`topic ${i}`, () => true));
    expect(followed.filter((is) => is === true)).toHaveLength(512);
    expect(memory.withTopic('topic 3', () => true)).toBe(true);
  });

  test('are let go when the holder failed', () => {
    const [memory] = twoThreads();
    expect(() =>
      memory.withTopic('news', () => {
        throw new Error('not cloneable');
      }),
    ).toThrow('not cloneable');
    expect(memory.withTopic('news', ({ next }) => next)).toBe(0);
  });
});

test('ids of threads are those without ours, both ways', () => {
  const [memory, other] = twoThreads();
  memory.hideThread(1);
  memory.hideThread(4);
  expect([2, 3, 5, 9].map(other.shownThreadId)).toEqual([1, 2, 3, 7]);
  expect([1, 2, 3, 7].map(other.realThreadId)).toEqual([2, 3, 5, 9]);
});
