import { describe, expect, it } from 'vitest';
import { nearest } from './nearest.ts';
import {
  formatBytes,
  parseBoolean,
  parseBytes,
  parseHosts,
  parseList,
  parseMilliseconds,
  parsePercent,
} from './units.ts';

describe('units', () => {
  it.each([
    ['16MB', 16_777_216],
    ['1 mib', 1_048_576],
    ['1.5k', 1536],
    [2048, 2048],
    ['4g', 4_294_967_296],
    ['12', null],
    ['-1MB', null],
    ['1e3', null],
    [true, null],
  ])('%j as bytes: %s', (raw, bytes) => {
    const result = parseBytes({ min: 1024, max: 8 * 1024 ** 3 })(raw);
    expect(result.ok ? result.value : null).toBe(bytes);
  });

  it.each([
    ['20%', 20],
    ['12.5 %', 12.5],
    [7, 7],
    ['none', 'null'],
    ['0', undefined],
    ['1001%', undefined],
    ['%', undefined],
  ])('%j as percent: %s', (raw, percent) => {
    const result = parsePercent(raw);
    expect(result.ok ? (result.value ?? 'null') : undefined).toBe(percent);
  });

  it.each([
    ['25', 25],
    ['25ms', 25],
    ['1.5s', 1500],
    ['2min', undefined],
    ['0', undefined],
  ])('%j as milliseconds: %s', (raw, ms) => {
    const result = parseMilliseconds({ min: 1, max: 60_000 })(raw);
    expect(result.ok ? result.value : undefined).toBe(ms);
  });

  it('lists split at commas that belong to no glob', () => {
    expect(parseList('src/**, lib/{a,b}.ts,,x')).toEqual({ ok: true, value: ['src/**', 'lib/{a,b}.ts', 'x'] });
    expect(parseList(['a,b'])).toEqual({ ok: true, value: ['a,b'] });
    expect(parseList(5).ok).toBe(false);
  });

  it('hosts are names with or without a port, no addresses of pages', () => {
    const hosts = ['localhost:3000', '*.internal', '*', '*:80', '[::1]:3000', '::1', 'a_b.test'];
    expect(parseHosts(hosts.join())).toEqual({ ok: true, value: hosts });
    for (const wrong of ['http://a', 'a/b', 'a.*', '**.a', 'user@a', 'a:b', 'a b', 5]) {
      expect([wrong, parseHosts(wrong).ok]).toEqual([wrong, false]);
    }
  });

  it('booleans have the spellings of the shell', () => {
    expect(['1', 'true', 'YES', 'on', true].map((raw) => parseBoolean(raw))).toEqual(
      Array.from({ length: 5 }, () => ({ ok: true, value: true })),
    );
    expect(['0', 'no', false].map((raw) => parseBoolean(raw))).toEqual(
      Array.from({ length: 3 }, () => ({ ok: true, value: false })),
    );
  });

  it('sizes are written with the largest whole unit', () => {
    expect([1024, 1536, 4 * 1024 ** 3].map(formatBytes)).toEqual(['1KB', '1536B', '4GB']);
  });
});

describe('nearest', () => {
  it.each([
    ['levle', 'level'],
    ['functon', 'function'],
    ['captureLocal', 'captureLocals'],
    ['LEVEL', 'level'],
    ['zebra', null],
    ['x', null],
  ])('%s: %s', (word, expected) => {
    expect(nearest(word, ['level', 'function', 'file', 'captureLocals', 'inject'])).toBe(expected);
  });
});
