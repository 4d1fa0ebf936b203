import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import {
  ConfigError,
  createFileSelector,
  findRoot,
  resolveConfig,
  type FileSelector,
  type TracerConfig,
} from '../../config/index.ts';
import { projectOf } from '../../loader/typescript/index.ts';
import { counted, formatCount } from '../format/quantity.ts';
import { shownPath } from '../recordings.ts';
import { note, ok, problem, type DoctorInput, type Finding } from './check.ts';
import { toolsIn } from './environment.ts';

const OWN_PACKAGE = '@execution-cinema/tracer';
const PROGRAM_FILE = /\.[cm]?[jt]sx?$/;
const DECLARATION_FILE = /\.d\.[cm]?ts$/;
/** A walk through a project ends here; the answer then says "at least". */
const FILES_MAX = 50_000;
const EXAMPLES_SHOWN = 3;

/** The configuration that a recording started here would have, or what is wrong with it. */
export function checkConfig({ cwd, env }: DoctorInput): { findings: Finding[]; config?: TracerConfig } {
  try {
    const config = resolveConfig({ cwd, env, pid: process.pid, startTimeMs: Date.now() });
    const plan = config.planFile ?? 'none: the defaults hold';
    return {
      config,
      findings: [
        ok('Root', config.root),
        ok('Plan', `${plan} (level ${config.level})`),
        ...config.warnings.map((warning) => note('Settings', warning)),
      ],
    };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const name = error.code.startsWith('PLAN') ? 'Plan' : 'Settings';
    return { findings: [ok('Root', findRoot(cwd)), problem(name, error.message, error.remedy)] };
  }
}

/** Whether `node --import tracer` finds this package from here: the name without scope belongs to others on npm. */
export function checkPackage({ cwd }: DoctorInput): Finding {
  const name = 'Package';
  const remedy = `npm install --save-dev tracer@npm:${OWN_PACKAGE}   (or use: tracer run app.js)`;
  let found: string;
  try {
    found = createRequire(join(cwd, 'noop.js')).resolve('tracer/package.json');
  } catch {
    return note(name, 'node --import tracer does not find the tracer from this folder', remedy);
  }
  const manifest = JSON.parse(readFileSync(found, 'utf8')) as { name?: string; version?: string };
  if (manifest.name !== OWN_PACKAGE) {
    return problem(name, `node_modules/tracer is another package (${manifest.name} ${manifest.version})`, remedy);
  }
  return ok(name, `node --import tracer works here (${manifest.version})`);
}

export function checkOtherTools({ cwd }: DoctorInput): Finding {
  const name = 'Other tools';
  const names = [findRoot(cwd), cwd].flatMap(dependenciesOf).join('\n');
  const tools = toolsIn(names).filter((tool) => !tool.remark);
  if (tools.length === 0) return ok(name, 'no APM or tracing library among the dependencies');
  return note(
    name,
    tools.map((tool) => tool.name).join(', '),
    'They patch modules as well. If the program behaves differently when recorded, switch them off for the recording.',
  );
}

function dependenciesOf(folder: string): string[] {
  try {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<
      string,
      object | undefined
    >;
    return Object.keys({ ...manifest['dependencies'], ...manifest['devDependencies'] });
  } catch {
    return [];
  }
}

/** Which files would be recorded, and how their tsconfig reads. */
export function checkFiles(config: TracerConfig, cwd: string): Finding[] {
  const { chosen, reasons, complete } = walk(config);
  const count = `${complete ? '' : 'at least '}${counted(chosen.length, 'file')}`;
  const skipped = [...reasons].map(([reason, files]) => `${reason}: ${formatCount(files)}`).join(', ');
  const files =
    chosen.length > 0
      ? ok('Files', `${count} under ${config.root} would be recorded when loaded${skipped ? ` (not: ${skipped})` : ''}`)
      : problem(
          'Files',
          `no JavaScript or TypeScript file under ${config.root} is selected${skipped ? ` (${skipped})` : ''}`,
          'Start the program in its own folder, or widen --include.',
        );
  return [files, ...checkTypeScript(chosen, cwd)];
}

function checkTypeScript(chosen: readonly string[], cwd: string): Finding[] {
  const sources = chosen.filter((file) => /\.[cm]?tsx?$/.test(file));
  if (sources.length === 0) return [];
  const projects = new Map(sources.map((file) => projectOf(file)).map((project) => [project.configFile, project]));
  const broken = [...projects.values()].filter((project) => project.problem !== undefined);
  if (broken.length > 0) {
    const texts = broken.map((project) => project.problem).join('; ');
    return [note('tsconfig', texts, 'Files below it are compiled with the defaults; tsc -p names the place.')];
  }
  const files = [...projects.keys()].flatMap((file) => (file === undefined ? [] : [file]));
  if (files.length === 0)
    return [note('tsconfig', `none for ${counted(sources.length, 'TypeScript file')}: defaults hold`)];
  const shown = files.slice(0, EXAMPLES_SHOWN).map((file) => shownPath(file, cwd));
  return [
    ok('tsconfig', shown.join(', ') + (files.length > shown.length ? ` and ${files.length - shown.length} more` : '')),
  ];
}

interface Walked {
  chosen: string[];
  /** Files not chosen, by reason. */
  reasons: Map<string, number>;
  complete: boolean;
}

function walk(config: TracerConfig): Walked {
  const select: FileSelector = createFileSelector(config);
  // Dependencies are looked at only where the plan may choose some of them.
  const dependencies = (config.plan.packages ?? []).length > 0 || (config.plan.include ?? []).some(reachesDependencies);
  const result: Walked = { chosen: [], reasons: new Map(), complete: true };
  let seen = 0;
  const folders = [config.root, ...config.extraRoots];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of entriesOf(folder)) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!entry.name.startsWith('.') && (dependencies || entry.name !== 'node_modules')) folders.push(path);
        continue;
      }
      if (!PROGRAM_FILE.test(entry.name) || DECLARATION_FILE.test(entry.name)) continue;
      if (++seen > FILES_MAX) return { ...result, complete: false };
      const { instrument, reason } = select(path);
      if (instrument) result.chosen.push(path);
      else result.reasons.set(reason ?? 'other', (result.reasons.get(reason ?? 'other') ?? 0) + 1);
    }
  }
  return result;
}

function reachesDependencies(glob: string): boolean {
  return glob === '**' || glob.includes('node_modules');
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
