import { note, ok, problem, type DoctorInput, type Finding } from './check.ts';

interface Tool {
  pattern: RegExp;
  name: string;
  remark?: string;
}

/** What people preload beside us. */
const PRELOADED_TOOLS: readonly Tool[] = [
  { pattern: /\btsx\b/, name: 'tsx', remark: 'not needed: the tracer runs TypeScript by itself' },
  { pattern: /\bts-node\b/, name: 'ts-node', remark: 'not needed: the tracer runs TypeScript by itself' },
  { pattern: /@swc-node\//, name: '@swc-node', remark: 'not needed: the tracer runs TypeScript by itself' },
  { pattern: /@babel\/register/, name: '@babel/register', remark: 'its output is recorded, by its source maps' },
  { pattern: /\bdd-trace\b/, name: 'dd-trace' },
  { pattern: /\bnewrelic\b/, name: 'newrelic' },
  { pattern: /elastic-apm-node/, name: 'elastic-apm-node' },
  { pattern: /@opentelemetry\//, name: 'OpenTelemetry' },
  { pattern: /@sentry\//, name: 'Sentry' },
  { pattern: /appmap-node/, name: 'appmap-node' },
  { pattern: /import-in-the-middle/, name: 'import-in-the-middle' },
];

/** Which of the known tools a text (NODE_OPTIONS, a list of dependencies) names. */
export function toolsIn(text: string): Tool[] {
  return PRELOADED_TOOLS.filter(({ pattern }) => pattern.test(text));
}

export function checkNodeOptions({ env }: DoctorInput): Finding {
  const name = 'NODE_OPTIONS';
  const text = env['NODE_OPTIONS']?.trim() ?? '';
  if (text === '') return ok(name, 'empty');
  if (/--inspect-brk|--inspect-wait/.test(text)) {
    return note(name, text, 'A debugger that waits holds up every Node process: record without --inspect-brk.');
  }
  if (/--(experimental-)?loader\b/.test(text)) {
    return note(name, text, 'A --loader runs before ours; if files are missing in the recording, leave it out.');
  }
  const tools = toolsIn(text);
  if (tools.length > 0) {
    const remarks = tools.map((tool) => (tool.remark ? `${tool.name} (${tool.remark})` : tool.name)).join(', ');
    return note(name, text, `Preloads ${remarks}. If the program behaves differently when recorded, try without.`);
  }
  if (/preload\.[cm]js|tracer/.test(text))
    return note(name, text, 'The tracer is in it: every Node process here is recorded.');
  return ok(name, text);
}

export function checkPermissions({ env }: DoctorInput): Finding {
  const name = 'Permissions';
  const flags = `${env['NODE_OPTIONS'] ?? ''} ${process.execArgv.join(' ')}`;
  if (!/--(experimental-)?permission\b/.test(flags)) return ok(name, "Node's permission model is off");
  const missing = ['--allow-fs-read', '--allow-fs-write', '--allow-worker', '--allow-addons'].filter(
    (flag) => !flags.includes(flag),
  );
  if (missing.length === 0) return ok(name, "Node's permission model is on and allows what the tracer needs");
  return problem(
    name,
    `Node's permission model is on without ${missing.join(', ')}`,
    'Recording needs a thread, the recording file and, for better-sqlite3, a native addon: allow these, or record without --permission.',
  );
}
