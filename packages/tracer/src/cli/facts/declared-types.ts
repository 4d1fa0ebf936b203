import { analyzeSource, type FunctionEntry } from '@execution-cinema/codemap';
import type { ObservedFunction, ObservedType, Recording } from '@execution-cinema/store';

/*
 * Types as the source declares them, and whether what was seen fits. Only what a text says for certain counts: names of
 * types that are declared elsewhere fit everything.
 */

export interface DeclaredTypes {
  /** Type text by the name of the parameter. */
  parameters: Map<string, string>;
  result: string | undefined;
  variables: Map<string, string>;
}

const NOTHING: DeclaredTypes = { parameters: new Map(), result: undefined, variables: new Map() };

/** Reads declarations from the sources that the recording holds. */
export class DeclaredTypesOf {
  private readonly recording: Recording;
  private readonly files = new Map<string, { entries: Map<string, FunctionEntry>; lines: string[] } | undefined>();

  constructor(recording: Recording) {
    this.recording = recording;
  }

  of(observed: ObservedFunction): DeclaredTypes {
    const file = this.file(observed.module, observed.file);
    const entry = file?.entries.get(`${observed.name}:${observed.line}`);
    if (!file || !entry) return NOTHING;
    const parameters = new Map<string, string>();
    for (const text of entry.parameters) {
      const match =
        /^(?:(?:public|private|protected|readonly|override)\s+)*(\.\.\.)?([\w$]+)(\?)?\s*:\s*([\s\S]+)$/.exec(text);
      if (!match) continue;
      const [, , name, optional, rest] = match;
      const [type, hasDefault] = upToDefault(rest!);
      parameters.set(name!, optional || hasDefault ? `${type} | undefined` : type);
    }
    const variables = new Map<string, string>();
    for (const { name, line } of observed.variables) {
      const text = file.lines[line - 1] ?? '';
      const declared = new RegExp(
        `\\b(?:let|const|var)\\s+${name.replaceAll(/[$]/g, '\\$&')}\\s*:\\s*([^=;]+?)\\s*[=;]`,
      ).exec(text);
      if (declared && !name.includes('.')) variables.set(name, declared[1]!);
    }
    return { parameters, result: resultOf(entry), variables };
  }

  private file(module: number, file: string): { entries: Map<string, FunctionEntry>; lines: string[] } | undefined {
    if (this.files.has(file)) return this.files.get(file);
    const info = this.recording.module(module);
    const source = info?.sites?.sources.indexOf(file) ?? -1;
    const text = source >= 0 && /\.[cm]?tsx?$/.test(file) ? info!.textOf(source) : null;
    let found: { entries: Map<string, FunctionEntry>; lines: string[] } | undefined;
    if (text !== null) {
      const map = analyzeSource(text, file);
      const all = [...map.functions, ...map.classes.flatMap(({ methods }) => methods)];
      found = {
        entries: new Map(all.map((entry) => [`${entry.name}:${entry.startLine}`, entry])),
        lines: text.split('\n'),
      };
    }
    this.files.set(file, found);
    return found;
  }
}

/** The type before ` = default`. */
function upToDefault(text: string): [type: string, hasDefault: boolean] {
  const at = topLevel(text, (character, i) => character === '=' && text[i + 1] !== '>' && text[i - 1] !== '=');
  return at < 0 ? [text.trim(), false] : [text.slice(0, at).trim(), true];
}

/** What stands behind the colon after the parameters; a promise's content for asynchronous functions. */
function resultOf({ signature, async: isAsync, generator }: FunctionEntry): string | undefined {
  if (generator || signature.includes('…')) return undefined;
  const open = signature.indexOf('(');
  if (open < 0) return undefined;
  const close = open + 1 + topLevel(signature.slice(open + 1), (character) => character === ')');
  const match = /^\s*:\s*([\s\S]+?)\s*(?:=>)?\s*$/.exec(signature.slice(close + 1));
  if (close <= open || !match) return undefined;
  const type = match[1]!;
  if (!isAsync) return type;
  return /^Promise<([\s\S]+)>$/.exec(type)?.[1];
}

const OPENING = '([{<';
const CLOSING = ')]}>';

/** Index of the first character outside of all brackets and quotes for which `is` holds; -1 when there is none. */
function topLevel(text: string, is: (character: string, i: number) => boolean): number {
  let depth = 0;
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (quote !== '') {
      if (character === '\\') i++;
      else if (character === quote) quote = '';
    } else if (depth === 0 && is(character, i)) return i;
    else if (`'"\``.includes(character)) quote = character;
    else if (OPENING.includes(character)) depth++;
    else if (CLOSING.includes(character) && text[i - 1] !== '=') depth--;
  }
  return -1;
}

function alternatives(type: string): string[] {
  const parts: string[] = [];
  let rest = type.replace(/^\s*\|/, '');
  for (;;) {
    const at = topLevel(rest, (character) => character === '|');
    if (at < 0) return [...parts, rest.trim()];
    parts.push(rest.slice(0, at).trim());
    rest = rest.slice(at + 1);
  }
}

const PRIMITIVES: ReadonlySet<string> = new Set([
  'number',
  'string',
  'boolean',
  'undefined',
  'null',
  'bigint',
  'symbol',
  'NaN',
]);

/** What each written type may be at run time; undefined: anything. */
function allowed(type: string): ReadonlySet<string> | 'objects' | undefined {
  if (type === 'number') return new Set(['number', 'NaN']);
  if (['string', 'boolean', 'null', 'bigint', 'symbol', 'undefined'].includes(type)) return new Set([type]);
  if (type === 'void') return new Set(['undefined']);
  if (type === 'true' || type === 'false') return new Set(['boolean']);
  if (/^(['"`]).*\1$/s.test(type)) return new Set(['string']);
  if (/^-?[\d._]+$/.test(type)) return new Set(['number']);
  if (/^(?:readonly\s+)?(?:[\s\S]+\[\]|\[[\s\S]*\])$/.test(type) || /^(?:Readonly)?Array</.test(type))
    return new Set(['array']);
  const builtIn = /^(?:Readonly)?(Map|Set|Date|RegExp|Promise)\b/.exec(type)?.[1];
  if (builtIn === 'Map' || builtIn === 'Set' || builtIn === 'Date' || builtIn === 'RegExp') return new Set([builtIn]);
  if (/^\(.*\)\s*=>/s.test(type)) return new Set(['function']);
  if (/^\{[\s\S]*\}$/.test(type) || type === 'object') return 'objects';
  return undefined;
}

/** Types that were seen and that the declaration rules out. */
export function mismatches(declared: string | undefined, observed: readonly ObservedType[]): ObservedType[] {
  if (declared === undefined) return [];
  const options = alternatives(declared).map(allowed);
  if (options.includes(undefined)) return [];
  const fits = (type: string): boolean =>
    options.some((option) => (option === 'objects' ? !PRIMITIVES.has(type) : option!.has(type)));
  return observed.filter(({ type }) => !fits(type) && !UNKNOWN.has(type));
}

/** Nothing is known of these. */
const UNKNOWN: ReadonlySet<string> = new Set([
  'redacted',
  'proxy',
  'getter',
  'unreadable',
  'uninitialized',
  'other',
  'hole',
]);
