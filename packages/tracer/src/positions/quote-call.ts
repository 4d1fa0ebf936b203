import { parse, tokenizer, type Node } from 'acorn';
import type { QuoteCall, QuotedCall } from './assertion-message.ts';
import { nodeSources } from './node-sources.ts';

/*
 * How Node quotes the call of `assert.ok`. Node 20 shows the whole call with the indentation of its first line taken
 * away (lib/internal/assert/utils.js), later ones what stands on the line of the call (lib/internal/errors/error_source.js).
 */

/** Node 20 quotes whole calls. */
export const quoteCall: QuoteCall = process.versions.node.startsWith('20.') ? quoteWholeCall : quoteOnLine;

const NEW_LINE = /\r\n|[\n\r\u2028\u2029]/;
// oxlint-disable-next-line no-control-regex -- what Node escapes
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g;

function quoteWholeCall(source: string, line: number, column: number): QuotedCall | undefined {
  const offset = offsetOf(source, line, column);
  const call = innermostCall(program(source), offset);
  if (call === undefined) return undefined;
  const lineStart = source.lastIndexOf('\n', call.start - 1) + 1;
  const indent = call.start - lineStart;
  const [first = '', ...rest] = source.slice(call.start, call.end).replace(CONTROL, escape).split(NEW_LINE);
  const outdented = rest.map((text) => text.slice(Math.min(indent, /^[ \t]*/.exec(text)![0].length)));
  return { callee: wordAt(source, offset), text: [first, ...outdented].join('\n  ') };
}

function program(source: string): Node {
  const options = { ecmaVersion: 'latest', allowHashBang: true, allowReturnOutsideFunction: true } as const;
  try {
    return parse(source, { ...options, sourceType: 'script' });
  } catch {
    return parse(source, { ...options, sourceType: 'module' });
  }
}

function innermostCall(root: Node, offset: number): Node | undefined {
  let found: Node | undefined;
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit);
    if (typeof value !== 'object' || value === null || !('type' in value)) return;
    const node = value as Node;
    if (offset < node.start || offset >= node.end) return;
    if (node.type === 'CallExpression') found = node;
    Object.values(node).forEach(visit);
  };
  visit(root);
  return found;
}

/** As `getFirstExpression` of Node: the member names before the place, then up to the closing parenthesis or semicolon. */
function quoteOnLine(source: string, line: number, column: number): QuotedCall | undefined {
  const code = source.split(NEW_LINE, line)[line - 1];
  if (code === undefined) return undefined;
  let start = column;
  let firstOfChain: number | undefined;
  let last: { label: string; start: number } | undefined;
  let end: number | undefined;
  let depth = 0;
  try {
    for (const token of tokenizer(code, { ecmaVersion: 'latest' })) {
      const { label } = token.type;
      if (token.start < column) {
        if (label === ';') {
          firstOfChain = undefined;
          continue;
        }
        const isAccess = label === '.' || label === '?.' || label === '[' || label === ']';
        if (isAccess && last?.label === 'name') firstOfChain ??= last.start;
        else if (!isAccess && label !== 'name' && label !== 'string' && label !== 'num') firstOfChain = undefined;
        last = { label, start: token.start };
      } else if (label === '(') depth++;
      else if (label === ')' && --depth === 0) {
        end = token.start + 1;
        break;
      } else if (label === ';') {
        if (quotesNothingBeforeSemicolon()) return undefined;
        end = token.start;
        break;
      }
    }
  } catch {
    return undefined;
  }
  start = firstOfChain ?? column;
  return { callee: wordAt(code, column), text: code.slice(start, end).replace(CONTROL, escape) };
}

let nothingBeforeSemicolon: boolean | undefined;

/** Node 22 and 24 take the token itself for its place, and so quote nothing. */
function quotesNothingBeforeSemicolon(): boolean {
  nothingBeforeSemicolon ??=
    nodeSources()['internal/errors/error_source']?.includes('terminatingCol = token;') === true;
  return nothingBeforeSemicolon;
}

function offsetOf(source: string, line: number, column: number): number {
  let offset = 0;
  for (let at = 1; at < line; at++) offset = source.indexOf('\n', offset) + 1;
  return offset + column;
}

function wordAt(text: string, offset: number): string {
  return /^[\w$]*/.exec(text.slice(offset))![0];
}

function escape(character: string): string {
  const short: Record<string, string> = { '\b': '\\b', '\f': '\\f' };
  return short[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
