import { findRoot, recordingsPlace } from '../../config/index.ts';
import type { Command } from '../command.ts';
import { join } from 'node:path';
import type { DoctorInput, Finding } from '../doctor/check.ts';
import { checkNodeOptions, checkPermissions } from '../doctor/environment.ts';
import { checkDisk, checkNode, checkPlace, checkSqlite } from '../doctor/machine.ts';
import { checkConfig, checkFiles, checkOtherTools, checkPackage } from '../doctor/project.ts';
import { rejectPositionals } from '../flag-values.ts';

export const doctor: Command = {
  name: 'doctor',
  summary: 'say what of this machine or project would hinder recording',
  usage: '',
  details: [
    'Looks from the working directory, as a recording started here would: run it in the folder of your program. Makes one small file where recordings go and removes it.',
  ],
  flags: [],
  examples: [
    ['tracer doctor', 'every check, with what to do about it'],
    ['tracer doctor --json', 'for a script or an issue'],
  ],
  exitCodes: 'Exit codes: 0 nothing hinders recording, 1 a problem was found.',
  run({ positionals, output }) {
    rejectPositionals(positionals);
    const findings = examine({ cwd: process.cwd(), env: process.env });
    const hasProblem = findings.some((finding) => finding.status === 'problem');
    if (output.json) output.printJson({ ok: !hasProblem, findings });
    else for (const finding of findings) printFinding(finding, output);
    return hasProblem ? 1 : 0;
  },
};

function examine(input: DoctorInput): Finding[] {
  const { findings, config } = checkConfig(input);
  const out = config?.out ?? join(recordingsPlace(findRoot(input.cwd)).folder, 'x.db');
  return [
    checkNode(),
    checkSqlite(),
    checkPackage(input),
    ...findings,
    checkPlace(out),
    checkDisk(out, config?.keepBytes ?? null),
    checkNodeOptions(input),
    checkPermissions(input),
    checkOtherTools(input),
    ...(config ? checkFiles(config, input.cwd) : []),
  ];
}

function printFinding(
  { name, status, detail, remedy }: Finding,
  output: Parameters<Command['run']>[0]['output'],
): void {
  const mark = { ok: output.green('ok     '), note: output.yellow('note   '), problem: output.red('PROBLEM') }[status];
  const [first, ...more] = detail.split('\n');
  output.line(`${mark}  ${name.padEnd(12)}  ${first}`);
  const indent = ' '.repeat(23);
  for (const line of more) output.line(indent + line);
  if (remedy !== undefined) output.line(`${indent}${output.cyan(remedy)}`);
}
