import { parse, parseExpression, type ParserOptions, type ParserPlugin } from '@babel/parser';
import type { SyntaxNode } from './syntax.ts';
import type { Language } from './types.ts';

export interface Comment {
  /** A slash-star comment; otherwise to the end of the line. */
  block: boolean;
  /** Text between its marks. */
  text: string;
  start: number;
  end: number;
}

export interface ParsedSource {
  program: SyntaxNode;
  comments: Comment[];
}

/** The source is in no syntax that we know. Lines 1-based, columns 0-based. */
export class SourceSyntaxError extends Error {
  readonly line: number | null;
  readonly column: number | null;
  constructor(message: string, line: number | null, column: number | null) {
    super(message);
    this.line = line;
    this.column = column;
  }
}

/** Files that are mapped. */
export const SOURCE_FILE: RegExp = /\.[cm]?[jt]sx?$/;
const TYPESCRIPT_FILE = /\.[cm]?tsx?$/;

export function languageOf(file: string): Language {
  return TYPESCRIPT_FILE.test(file) ? 'typescript' : 'javascript';
}

/*
 * One parser for all: Babel reads JavaScript, JSX, TypeScript and Flow into the same ESTree that eslint works on. acorn
 * reads JavaScript only, and TypeScript's own tree would make every rule here exist twice. Version 8 needs Node 22.
 */
const COMMON: ParserOptions = {
  sourceType: 'unambiguous',
  allowReturnOutsideFunction: true,
  allowAwaitOutsideFunction: true,
  allowImportExportEverywhere: true,
  allowNewTargetOutsideFunction: true,
  allowSuperOutsideMethod: true,
  allowUndeclaredExports: true,
  attachComment: false,
  // Duplicate names and the like do not hinder a map.
  errorRecovery: true,
};
const ALWAYS: ParserPlugin[] = [
  ['estree', { classFeatures: true }],
  'explicitResourceManagement',
  'decoratorAutoAccessors',
  'importReflection',
];

/** Plugin sets to try in turn; the first one that parses is taken. */
function pluginSets(file: string): ParserPlugin[][] {
  if (/\.d\.[cm]?ts$/.test(file)) return [[['typescript', { dts: true }], 'decorators-legacy']];
  if (file.endsWith('.tsx')) return [['typescript', 'jsx', 'decorators-legacy']];
  if (TYPESCRIPT_FILE.test(file)) return [['typescript', 'decorators-legacy']];
  return [
    ['jsx', 'decorators'],
    ['flow', 'jsx', 'decorators-legacy'],
    ['typescript', 'jsx', 'decorators-legacy'],
  ];
}

/** Parses by the extension of the file's name. Throws SourceSyntaxError with the complaint of the first attempt. */
export function parseSource(text: string, file: string): ParsedSource {
  let complaint: unknown;
  for (const plugins of pluginSets(file)) {
    try {
      const { program, comments } = parse(text, { ...COMMON, plugins: [...ALWAYS, ...plugins] });
      return {
        program: program as unknown as SyntaxNode,
        comments: (comments ?? []).map(({ type, value, start, end }) => ({
          block: type === 'CommentBlock',
          text: value,
          start: start!,
          end: end!,
        })),
      };
    } catch (error) {
      complaint ??= error;
    }
  }
  const { message, loc } = complaint as Error & { loc?: { line: number; column: number } };
  throw new SourceSyntaxError(message.replace(/ \(\d+:\d+\)$/, ''), loc?.line ?? null, loc?.column ?? null);
}

/** Parses one JavaScript expression. Throws SourceSyntaxError. */
export function parseExpressionText(text: string): SyntaxNode {
  try {
    return parseExpression(text, { plugins: [...ALWAYS] }) as unknown as SyntaxNode;
  } catch (error) {
    const { message, loc } = error as Error & { loc?: { line: number; column: number } };
    throw new SourceSyntaxError(message.replace(/ \(\d+:\d+\)$/, ''), loc?.line ?? null, loc?.column ?? null);
  }
}
