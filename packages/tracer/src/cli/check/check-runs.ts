import { differences, endText, keyOf, unsteadiness, type Difference, type RunResult } from './compare-runs.ts';
import { countTests, testResults, type TestCounts } from './test-results.ts';

export interface CheckOptions {
  runPlain: () => Promise<RunResult>;
  runRecorded: () => Promise<RunResult>;
  /** What has been recorded so far; null when there is no recording. */
  describeRecording: () => CheckResult['recording'];
  progress: (text: string) => void;
}

/** A run in the report. */
export interface RunSummary {
  recorded: boolean;
  end: string;
  /** null: the output tells of no tests. */
  tests: TestCounts | null;
  durationMs: number;
}

export interface CheckResult {
  /** `unclear` with the reason in `why`. */
  verdict: 'same' | 'differs' | 'unclear';
  why: string | null;
  /** Those that every recorded run shows, and no plain one. */
  differences: Difference[];
  /** Those that one recorded run showed and the next did not. */
  passing: Difference[];
  /** Entries that differ between plain runs: not compared. */
  unsteady: Difference[];
  runs: RunSummary[];
  recording: {
    file: string;
    processes: number;
    threads: number;
    modules: number;
    functions: number;
    eligible: number;
    calls: number;
    events: { produced: number; stored: number; dropped: number; pruned: number };
    skipped: Record<string, number>;
  } | null;
}

/** Runs plain, plain, recorded; where the recorded run differs, plain and recorded once more. */
export async function checkRuns(options: CheckOptions): Promise<CheckResult> {
  const plain: RunResult[] = [];
  const recorded: RunResult[] = [];
  const runs: RunSummary[] = [];
  const runOnce = async (isRecorded: boolean): Promise<void> => {
    const number = runs.length + 1;
    options.progress(`run ${number}${number > 3 ? '' : ' of 3'}: ${isRecorded ? 'recorded' : 'plain'} ...`);
    const result = await (isRecorded ? options.runRecorded() : options.runPlain());
    (isRecorded ? recorded : plain).push(result);
    runs.push(summaryOf(result, isRecorded));
  };
  await runOnce(false);
  await runOnce(false);
  await runOnce(true);
  let found = differences(plain, recorded[0]!);
  const passing: Difference[] = [];
  if (found.length > 0) {
    await runOnce(false);
    await runOnce(true);
    const still = recorded.map((run) => differences(plain, run));
    const again = new Set(still[1]!.map(keyOf));
    found = still[0]!.filter((difference) => again.has(keyOf(difference)));
    const kept = new Set(found.map(keyOf));
    passing.push(...still.flat().filter((difference) => !kept.has(keyOf(difference))));
  }
  const recording = options.describeRecording();
  const why =
    troubleOf(plain, recorded, recording) ??
    (passing.length > 0 ? 'one recorded run differed, the other did not' : null);
  return {
    verdict: found.length > 0 ? 'differs' : why === null ? 'same' : 'unclear',
    why,
    differences: found,
    passing,
    unsteady: unsteadiness(plain),
    runs,
    recording,
  };
}

function troubleOf(
  plain: readonly RunResult[],
  recorded: readonly RunResult[],
  recording: CheckResult['recording'],
): string | null {
  if (plain.some((run) => run.timedOut)) return 'a plain run did not end in time (--timeout)';
  if (recorded.some((run) => run.timedOut)) return 'a recorded run did not end in time (--timeout)';
  const ends = [...new Set(plain.map(endText))];
  if (ends.length > 1) return `the command is unsteady by itself: ${ends.join(' and ')} without recording`;
  if (recording === null) return 'nothing was recorded: no Node process in which the tracer could start';
  if (recording.functions === 0) return 'nothing was recorded: no file below the root was loaded (tracer doctor)';
  return null;
}

function summaryOf(result: RunResult, recorded: boolean): RunSummary {
  const tests = testResults(result);
  return {
    recorded,
    end: endText(result),
    tests: tests.size > 0 ? countTests(tests) : null,
    durationMs: Math.round(result.durationMs),
  };
}
