import { prune as pruneFolder, type PruneOptions, type PruneResult } from '@execution-cinema/store';
import { dirname } from 'node:path';
import { findRoot, resolveConfig, VARIABLES } from '../../config/index.ts';
import { CommandError, UsageError, type Command, type FlagValues, type Invocation } from '../command.ts';
import { countFlag, isSet, spanFlag, textFlag } from '../flag-values.ts';
import { counted, formatBytes } from '../format/quantity.ts';
import { findRecording, listRecordingFiles, recordingsFolder, shownPath } from '../recordings.ts';

export const prune: Command = {
  name: 'prune',
  summary: 'delete old recordings',
  usage: '[REC...] [flags]',
  details: [
    'Deletes recordings of the project, oldest first, each with its index and snapshots; with names, exactly these. One that is being written is never deleted. Without any flag, all of them together are brought below the size at which recording itself does so (TRACER_KEEP_TOTAL, 20GB).',
  ],
  flags: [
    { name: 'keep-total', value: 'SIZE', text: 'until all together take at most so much: 10GB, 500MB' },
    { name: 'older-than', value: 'SPAN', text: 'those last written longer ago: 7d, 12h, 30min' },
    { name: 'keep-last', value: 'N', text: 'all but the N newest' },
    { name: 'all', text: 'all of them' },
    { name: 'dry-run', short: 'n', text: 'only say what would be deleted' },
  ],
  examples: [
    ['tracer prune --older-than 7d', 'what is older than a week'],
    ['tracer prune --keep-last 3 --dry-run', 'what would go if three were kept'],
    ['tracer prune 2026-03-01T10', 'the recording whose name begins so'],
  ],
  run({ positionals, flags, output }) {
    const root = findRoot(process.cwd());
    const dryRun = isSet(flags, 'dry-run');
    const named = positionals.map((name) => findRecording(name, root));
    const result =
      named.length > 0 ? deleteNamed(named, flags, dryRun) : pruneFolder({ ...criteria(flags, root), dryRun });
    if (output.json) return output.printJson({ dryRun, ...result });
    printResult(result, dryRun, output);
  },
};

function criteria(flags: FlagValues, root: string): PruneOptions {
  const folder = recordingsFolder(root);
  const olderThanNs = spanFlag(flags, 'older-than');
  const keepLast = countFlag(flags, 'keep-last');
  const keepTotal = textFlag(flags, 'keep-total');
  const options: PruneOptions = { folder };
  if (keepTotal !== undefined) options.keepTotalBytes = parseSize(keepTotal);
  if (olderThanNs !== undefined) options.beforeMs = Date.now() - olderThanNs / 1e6;
  if (isSet(flags, 'all') || keepLast !== undefined) {
    if (olderThanNs === undefined) options.beforeMs = Infinity;
    const newest = listRecordingFiles(folder).slice(0, keepLast ?? 0);
    options.except = newest.map(({ file }) => file);
  }
  if (options.keepTotalBytes === undefined && options.beforeMs === undefined) {
    options.keepTotalBytes = defaultTotalBytes();
  }
  return options;
}

function parseSize(text: string): number {
  const parsed = VARIABLES.keepTotal.parse(text);
  if (!parsed.ok) throw new UsageError(`--keep-total: expected ${parsed.expected}, got ${JSON.stringify(text)}`);
  return parsed.value ?? Infinity;
}

function defaultTotalBytes(): number {
  const config = resolveConfig({ cwd: process.cwd(), env: process.env, pid: process.pid, startTimeMs: Date.now() });
  return config.keepTotalBytes ?? Infinity;
}

/** Deletes exactly these, with the same care as any other. */
function deleteNamed(files: readonly string[], flags: FlagValues, dryRun: boolean): PruneResult {
  const criterion = ['keep-total', 'older-than', 'keep-last', 'all'].find((name) => flags[name] !== undefined);
  if (criterion !== undefined) throw new UsageError(`--${criterion} does not go with names of recordings`);
  const total: PruneResult = { deleted: [], kept: [], spared: [], deletedBytes: 0, keptBytes: 0 };
  for (const file of new Set(files)) {
    const folder = dirname(file);
    const others = listRecordingFiles(folder).filter((other) => other.file !== file);
    const result = pruneFolder({ folder, beforeMs: Infinity, except: others.map((other) => other.file), dryRun });
    if (result.deleted.length + result.spared.length === 0) {
      throw new CommandError(`${shownPath(file)} is not a recording; it was left alone`);
    }
    total.deleted.push(...result.deleted);
    total.spared.push(...result.spared);
    total.deletedBytes += result.deletedBytes;
  }
  return total;
}

function printResult(result: PruneResult, dryRun: boolean, output: Invocation['output']): void {
  const verb = dryRun ? 'would delete' : 'deleted';
  for (const { file, bytes } of result.deleted) output.line(`${verb} ${shownPath(file)} (${formatBytes(bytes)})`);
  for (const { file, reason } of result.spared) output.message(`left ${shownPath(file)}: ${reason}`);
  const { deleted, deletedBytes, kept, keptBytes } = result;
  const rest = kept.length > 0 ? `; ${counted(kept.length, 'recording')} of ${formatBytes(keptBytes)} left` : '';
  output.line(`${verb} ${counted(deleted.length, 'recording')}, ${formatBytes(deletedBytes)}${rest}`);
}
