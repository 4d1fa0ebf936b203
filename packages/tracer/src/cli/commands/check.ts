import { readRecording, recordingInfo, type RecordingInfo } from '@execution-cinema/store';
import type { TracerConfig } from '../../config/index.ts';
import { checkRuns, type CheckResult } from '../check/check-runs.ts';
import { printCheck } from '../check/report.ts';
import { runCaptured } from '../check/run-captured.ts';
import { CommandError, UsageError, type Command } from '../command.ts';
import { spanFlag } from '../flag-values.ts';
import { configure, environmentFor, SETTING_FLAGS } from '../run/settings.ts';
import { targetOf, withoutPreload } from '../run/target.ts';

const EXIT = { same: 0, differs: 1, trouble: 2 } as const;

/** A run that takes longer is ended, and the check with it. */
const TIMEOUT_DEFAULT_NS = 30 * 60e9;

export const check: Command = {
  name: 'check',
  summary: 'run a command plain and recorded, and report every difference',
  usage: '[flags] [--] app.js [arguments] | COMMAND [arguments]',
  details: [
    'Runs the command twice as it is and once recorded, and compares exit code, results of tests (TAP, mocha, node:test, jest, vitest, ava) and every line of output. Times, process ids, ports and temporary paths are left out, and so is what differs between the two plain runs. Where the recorded run differs, one more plain and one more recorded run tell whether that comes again.',
    'The command runs three to five times, without input, so it must be one that can be repeated. The recording stays, to look into.',
  ],
  flags: [
    { name: 'timeout', value: 'SPAN', text: 'end a run that takes longer: 90s, 10min (default 30min)' },
    { name: 'all', text: 'print every difference, not only the first of each kind' },
    ...SETTING_FLAGS,
  ],
  examples: [
    ['tracer check -- npm test', 'does recording change what the tests say?'],
    ['tracer check src/main.ts --port 0', 'a script with its arguments'],
    ['tracer check --level expressions -- node --test', 'at another level'],
    ['tracer check --json -- npx jest | jq .differences', 'for a script'],
  ],
  passThrough: true,
  exitCodes:
    'Exit codes: 0 the same, 1 differs, 2 cannot be told: the command did not start or end, nothing of it was recorded, or it is unsteady by itself.',
  async run({ positionals, flags, output }) {
    if (positionals.length === 0) throw new UsageError('no program given');
    const target = targetOf(positionals, process.cwd());
    const timeoutMs = (spanFlag(flags, 'timeout') ?? TIMEOUT_DEFAULT_NS) / 1e6;
    const script = target.nodeOptions === undefined ? positionals[0]! : null;
    const config = configure(flags, script, EXIT.trouble);
    const plainTarget = script === null ? target : { ...target, args: [script, ...positionals.slice(1)] };
    const result = await checkRuns({
      runPlain: () => start({ ...plainTarget, env: plainEnvironment(), timeoutMs }),
      runRecorded: () =>
        start({ ...target, env: { ...environmentFor(target, config, flags), TRACER_QUIET: '1' }, timeoutMs }),
      describeRecording: () => describeRecording(config),
      progress: (text) => output.progress(text),
    });
    output.progress(undefined);
    if (output.json) output.printJson({ command: positionals, ...result });
    else printCheck(result, output, flags['all'] === true);
    return { same: EXIT.same, differs: EXIT.differs, unclear: EXIT.trouble }[result.verdict];
  },
};

async function start(options: Parameters<typeof runCaptured>[0]): ReturnType<typeof runCaptured> {
  try {
    return await runCaptured(options);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new CommandError(
      code === 'ENOENT' ? `${options.command}: command not found` : `${options.command}: ${message}`,
      EXIT.trouble,
    );
  }
}

/** As it is without us, also where the shell around us is set up for recording. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TRACER_')));
  const nodeOptions = withoutPreload(env['NODE_OPTIONS']);
  if (nodeOptions === undefined) delete env['NODE_OPTIONS'];
  else env['NODE_OPTIONS'] = nodeOptions;
  return env;
}

function describeRecording({ out }: TracerConfig): CheckResult['recording'] {
  let info: RecordingInfo;
  const recording = (() => {
    try {
      return readRecording(out);
    } catch {
      return null;
    }
  })();
  if (recording === null) return null;
  try {
    info = recordingInfo(recording);
  } finally {
    recording.close();
  }
  return {
    file: out,
    processes: info.processes.length,
    threads: info.threads.length,
    modules: info.modules,
    functions: info.functions.instrumented,
    eligible: info.functions.eligible,
    calls: info.calls,
    events: info.events,
    skipped: info.skippedReasons,
  };
}
