import { Linter, type Rule } from 'eslint';
import { analyzeSource, type FileMap } from '../src/index.ts';
import type { SourceFile } from './packages.ts';

/** A number for one function, found by where it stands. */
export interface Measured {
  /** `endLine:endColumn`; of functions that end together, the outer one comes first. */
  end: string;
  /** Offsets of its text. */
  start: number;
  stop: number;
  value: number;
}

const FUNCTION = /^(?:FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/;

/** What a rule would report of every function whose number is above 0. Comments in the source switch nothing off. */
export function measureByRule({ file, text }: SourceFile, rule: Rule.RuleModule): Measured[] {
  const measured: Measured[] = [];
  const listening: Rule.RuleModule = { meta: { schema: false }, create: (context) => listen(rule, context, measured) };
  const messages = new Linter({ configType: 'flat' }).verify(
    text,
    {
      files: ['**/*'],
      plugins: { heard: { rules: { rule: listening } } },
      rules: { 'heard/rule': ['error', 0] },
      linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'off' },
      languageOptions: {
        sourceType: analyzeSource(text, file).sourceType === 'module' ? 'module' : 'commonjs',
        ecmaVersion: 'latest',
        parserOptions: { ecmaFeatures: { jsx: true } },
      },
    },
    'source.js',
  );
  const fatal = messages.find((message) => message.fatal);
  if (fatal) throw new Error(`${file}: ${fatal.message}`);
  return inOrder(measured);
}

/** Hands the rule a context that keeps what it reports, together with the function that is being left. */
function listen(rule: Rule.RuleModule, context: Rule.RuleContext, measured: Measured[]): Rule.RuleListener {
  let left: Rule.Node | undefined;
  const report = ({ node, data, message }: { node?: Rule.Node; data?: Record<string, unknown>; message?: string }) => {
    const about = node ?? left;
    if (!about || !FUNCTION.test(about.type)) return;
    const value = Number(data?.['complexity'] ?? data?.['complexityAmount'] ?? /from (\d+)/.exec(message ?? '')?.[1]);
    const { end } = about.loc!;
    measured.push({ end: `${end.line}:${end.column}`, start: about.range![0], stop: about.range![1], value });
  };
  const listener = rule.create(Object.create(context, { report: { value: report } }) as Rule.RuleContext);
  const leave = listener[':function:exit'] as ((node: Rule.Node) => void) | undefined;
  if (!leave) return listener;
  return {
    ...listener,
    ':function:exit'(node: Rule.Node) {
      left = node;
      leave(node);
    },
  };
}

/** The same of a map. */
export function measureByMap(map: FileMap, text: string, field: 'cyclomatic' | 'cognitive'): Measured[] {
  const lineStarts = [0, ...Array.from(text.matchAll(/\r\n|[\n\r\u2028\u2029]/g), (m) => m.index + m[0].length)];
  return inOrder(
    [...map.functions, ...map.classes.flatMap((entry) => entry.methods)].map((fn) => ({
      end: `${fn.endLine}:${fn.endColumn}`,
      start: lineStarts[fn.startLine - 1]! + fn.startColumn,
      stop: lineStarts[fn.endLine - 1]! + fn.endColumn,
      value: fn[field],
    })),
  );
}

function inOrder(measured: Measured[]): Measured[] {
  return measured.sort((a, b) => (a.end === b.end ? a.start - b.start : a.end < b.end ? -1 : 1));
}
