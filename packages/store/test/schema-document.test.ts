import { readFileSync } from 'node:fs';
import { K, T } from '@execution-cinema/format';
import { expect, test } from 'vitest';
import { openDatabase } from '../src/index.ts';
import { SIDECAR_DDL } from '../src/index/sidecar-schema.ts';

/** docs/SCHEMA.md is what other readers of recordings are written from. */
const DOCUMENT = readFileSync(new URL('../../../docs/SCHEMA.md', import.meta.url), 'utf8');

/** Constants that are no kinds of events. */
const NO_KINDS = /_FIRST$|^FIRST_|_MAX$|^MUTATE_|^LINK_|_WORDS$|^CAUSE_CODES$/;

function rows(pattern: RegExp): Map<string, number> {
  return new Map([...DOCUMENT.matchAll(pattern)].map(([, code, name]) => [name!, Number(code)]));
}

test('every kind of event is described', () => {
  const kinds = Object.entries(K).filter(([name, code]) => typeof code === 'number' && !NO_KINDS.test(name));
  expect(Object.fromEntries(rows(/^\| (0x[0-9a-f]{2})(?:-0x[0-9a-f]{2})? \| (\w+) \|/gm))).toEqual(
    Object.fromEntries(kinds),
  );
});

test('every tag of values is described', () => {
  const tags = Object.entries(T).filter(
    ([name, code]) => typeof code === 'number' && !/FLAG|MASK|_MAX$|_MIN$/.test(name),
  );
  expect(Object.fromEntries(rows(/^\| (\d+) \| ([A-Z][A-Z_0-9]+) \|/gm))).toEqual(Object.fromEntries(tags));
});

test('every view is described with its columns', () => {
  const db = openDatabase(':memory:');
  db.exec(SIDECAR_DDL);
  const views = db
    .prepare(
      `SELECT m.name AS view, p.name AS "column" FROM sqlite_schema m, pragma_table_info(m.name) p
       WHERE m.type = 'view' ORDER BY m.name, p.cid`,
    )
    .all<{ view: string; column: string }>();
  db.close();
  const described = [...DOCUMENT.matchAll(/^\| `(\w+)` \| ([\w, ]+) \|$/gm)].flatMap(([, view, columns]) =>
    columns!.split(', ').map((column) => ({ view: view!, column })),
  );
  expect(described).toEqual(views);
});
