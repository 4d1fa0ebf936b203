import type { ValueFilter } from '@execution-cinema/server/protocol';

const OPERATORS = ['!=', '<=', '>=', '=', '<', '>'] as const;

/**
 * What people type above a table of calls: `total > 100, currency = "EUR", result contains abc, cart is missing`. The
 * error says which part was not understood.
 */
export function parseFilter(text: string): { where: ValueFilter[] } | { error: string } {
  const where: ValueFilter[] = [];
  for (const part of text.split(/\s*(?:,|\band\b|&&)\s*/).filter((piece) => piece !== '')) {
    const filter = parsePart(part);
    if (!filter) return { error: `“${part}” is not NAME = VALUE, NAME > VALUE, NAME contains TEXT or NAME is missing` };
    where.push(filter);
  }
  return { where };
}

function parsePart(part: string): ValueFilter | undefined {
  const missing = /^([\w$.#[\]]+)\s+is missing$/.exec(part);
  if (missing) return { on: missing[1]!, op: 'is missing' };
  const contains = /^([\w$.#[\]]+)\s+contains\s+(.+)$/.exec(part);
  if (contains) return { on: contains[1]!, op: 'contains', value: unquoted(contains[2]!) };
  const match = /^([\w$.#[\]]+)\s*(!=|<=|>=|==?=?|<|>)\s*(.+)$/.exec(part);
  if (!match) return undefined;
  const op = OPERATORS.find((known) => known === match[2]!.replace(/^==+$/, '=')) ?? '=';
  return { on: match[1]!, op, value: asJson(match[3]!.trim()) };
}

/** JSON as it is; a bare word is a string, since nobody wants to quote it. */
function asJson(text: string): string {
  try {
    JSON.parse(text);
    return text;
  } catch {
    return JSON.stringify(unquoted(text));
  }
}

function unquoted(text: string): string {
  return /^(['"]).*\1$/.test(text) ? text.slice(1, -1) : text;
}
