import { withoutNoise } from './noise.ts';

type TestState = 'passed' | 'failed' | 'skipped';

/** How often a test of a name ended in a state: names need not be unique. Key: `state name`. */
export type TestResults = ReadonlyMap<string, number>;

export interface TestCounts {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * The results of tests that an output tells of: TAP, the lists of mocha, node:test, jest, vitest and ava, or the JSON of
 * mocha, jest and vitest. Empty when it tells of none.
 */
export function testResults({ stdout, stderr }: { stdout: string; stderr: string }): TestResults {
  const results = resultsIn(stdout);
  // jest reports there.
  return results.size > 0 ? results : resultsIn(stderr);
}

function resultsIn(output: string): TestResults {
  const results = new Map<string, number>();
  const add = (state: TestState, name: string): void => {
    const key = `${state} ${withoutNoise(name).trim()}`;
    results.set(key, (results.get(key) ?? 0) + 1);
  };
  if (!addFromJson(output, add)) {
    for (const line of output.split('\n')) addFromLine(line, add);
  }
  return results;
}

export function countTests(results: TestResults): TestCounts {
  const counts: TestCounts = { passed: 0, failed: 0, skipped: 0 };
  for (const [key, count] of results) counts[key.slice(0, key.indexOf(' ')) as TestState] += count;
  return counts;
}

type Add = (state: TestState, name: string) => void;

const TAP = /^\s*(not )?ok\b\s*\d*\s*-?\s*(.*?)(?:\s#\s*(skip|todo)\b.*|\s#\s*time=.*|\s*\{)?$/i;
/** jest names files where it does not list tests. */
const FILE = /^(?:(PASS)|FAIL)\s+(\S.*)$/;
const MARKED = /^\s*(?:([✔✓√])|([✖✕✗×✘])|([﹣○↓◌]))\s+(?:\[(?:fail|skip)\]:\s*)?(.+)$/u;

function addFromLine(line: string, add: Add): void {
  const tap = TAP.exec(line);
  if (tap !== null) {
    const [, not, name = '', directive] = tap;
    return add(directive ? 'skipped' : not ? 'failed' : 'passed', name);
  }
  const quiet = withoutNoise(line);
  const file = FILE.exec(quiet);
  if (file !== null) return add(file[1] === undefined ? 'failed' : 'passed', file[2] ?? '');
  const marked = MARKED.exec(quiet);
  if (marked === null) return;
  const [, passed, failed, , name = ''] = marked;
  add(passed ? 'passed' : failed ? 'failed' : 'skipped', name);
}

interface MochaTest {
  fullTitle: string;
}
interface MochaReport {
  passes?: MochaTest[];
  failures?: MochaTest[];
  pending?: MochaTest[];
}
interface JestReport {
  testResults?: { assertionResults?: { fullName: string; status: string }[] }[];
}

/** Whether the output is, or ends with, the JSON of a test runner. */
function addFromJson(output: string, add: Add): boolean {
  const start = output.search(/^\{/m);
  const end = output.lastIndexOf('}');
  if (start < 0 || end < start || !/"(?:testResults|fullTitle)"/.test(output)) return false;
  let report: MochaReport & JestReport;
  try {
    report = JSON.parse(output.slice(start, end + 1)) as MochaReport & JestReport;
  } catch {
    return false;
  }
  for (const { fullTitle } of report.passes ?? []) add('passed', fullTitle);
  for (const { fullTitle } of report.failures ?? []) add('failed', fullTitle);
  for (const { fullTitle } of report.pending ?? []) add('skipped', fullTitle);
  for (const { assertionResults = [] } of report.testResults ?? []) {
    for (const { fullName, status } of assertionResults) {
      add(status === 'passed' ? 'passed' : status === 'failed' ? 'failed' : 'skipped', fullName);
    }
  }
  return true;
}
