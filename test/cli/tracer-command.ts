import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { scratchFolder } from '../support/scratch-folder.ts';
import { writeScriptedRecording, type ScriptedOptions } from './scripted-recording.ts';

/** The command as packages link it. */
export const TRACER = fileURLToPath(new URL('../../packages/tracer/bin/tracer.mjs', import.meta.url));
const TIMEOUT_MS = 30_000;

export interface CommandResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  cwd?: string;
  env?: Record<string, string>;
  stdin?: string;
}

/** Environment of every command: nothing that the machine or a surrounding run could add. */
export function environment(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('TRACER_') && !/^(NODE_OPTIONS|NODE_DEBUG|FORCE_COLOR|NO_COLOR)$/.test(name),
  );
  return { ...Object.fromEntries(kept), ...extra };
}

/** Runs the built command line as users do. */
export function tracer(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  return command(process.execPath, [TRACER, ...args], options);
}

/** Runs any command and collects what it says. */
export function command(file: string, args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: options.cwd, env: environment(options.env), timeout: TIMEOUT_MS });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
    child.stdin.on('error', () => {}); // it may end without reading
    child.stdin.end(options.stdin ?? '');
  });
}

/** A project folder with recordings in its `.tracer`. */
export class Project {
  readonly folder = scratchFolder();

  constructor() {
    this.write('package.json', '{"name":"shop","private":true}');
  }

  write(path: string, text: string): string {
    const file = join(this.folder, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  record(name: string, options?: ScriptedOptions): string {
    const file = join(this.folder, '.tracer', name);
    writeScriptedRecording(file, options);
    return file;
  }

  tracer(...args: string[]): Promise<CommandResult> {
    return tracer(args, { cwd: this.folder });
  }

  tracerWith(options: CommandOptions, ...args: string[]): Promise<CommandResult> {
    return tracer(args, { cwd: this.folder, ...options });
  }

  /** Takes out of a text what differs from run to run: the folder, sizes on disk. */
  stable(text: string): string {
    return text.replaceAll(this.folder, '<project>').replaceAll(/\b[\d.]+ (?:B|KB|MB)\b/g, '<size>');
  }
}
