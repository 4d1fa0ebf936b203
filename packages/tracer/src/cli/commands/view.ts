import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startServer, type RunningServer, type ServerOptions } from '@execution-cinema/server';
import { readRecording, recordingState, resolveMoment } from '@execution-cinema/store';
import { findRoot } from '../../config/index.ts';
import { CommandError, UsageError, type Command, type FlagValues } from '../command.ts';
import { countFlag, isSet, rejectPositionals, textFlag } from '../flag-values.ts';
import { findRecording, listRecordingFiles, recordingsFolder, shownPath } from '../recordings.ts';
import { TRACER_VERSION } from '../version.ts';
import { hasDisplay, openBrowser } from '../view/open-browser.ts';

const PORT_MAX = 65_535;

export const view: Command = {
  name: 'view',
  summary: 'look at a recording in the browser',
  usage: '[REC] [flags]',
  details: [
    'Serves the viewer until Ctrl-C and opens it in the browser, unless in CI or without a display. A recording that is still being made is shown live. Where there is none yet, the viewer says how to make one and shows it when it appears.',
    'The server listens on this machine only, and only the printed address gets in. In a container --host 0.0.0.0 opens it; a name in the address bar other than localhost has to be allowed.',
  ],
  flags: [
    { name: 'at', value: 'MOMENT', text: 'open it at this moment: 1@230, 1:12, 250ms (as tracer state takes it)' },
    { name: 'port', value: 'N', text: 'port to listen on (default: a free one)' },
    { name: 'host', value: 'ADDRESS', text: 'address to listen on (default 127.0.0.1)' },
    { name: 'allow-host', value: 'NAME', multiple: true, text: 'name in the address bar to accept as well' },
    { name: 'no-open', text: 'open no browser' },
    {
      name: 'rec',
      short: 'r',
      value: 'REC',
      text: 'the recording: path or beginning of its name (default: the newest)',
    },
    { name: 'json', text: 'one JSON line on stdout: url, port, recording; opens no browser' },
  ],
  examples: [
    ['tracer view', 'the newest recording'],
    ['tracer view 2026-03-01T10 --at 1@230', 'one by the beginning of its name, at a moment'],
    ['tracer view bug.db --port 7000 --no-open', 'under a fixed address'],
    ['tracer view --host 0.0.0.0 --port 7000', 'from inside a container'],
  ],
  exitCodes: 'Exit code: 0 when ended by Ctrl-C, 1 when it cannot serve, 2 wrong usage.',
  async run({ positionals, flags, output }) {
    rejectPositionals(positionals, 1);
    const options = optionsFrom(positionals[0], flags);
    const interrupted = untilInterrupted();
    const server = await start(options);
    const { url, port } = server;
    if (output.json) {
      output.line(JSON.stringify({ url, port, recording: options.file ?? null, folder: options.folder }));
    } else {
      const what = options.file === undefined ? `recordings of ${shownPath(options.folder)}` : shownPath(options.file);
      const isLive = options.file !== undefined && recordingState(options.file) === 'running';
      output.line(`${output.bold(what)}${isLive ? output.cyan(' (still running: live)') : ''}`);
      output.line(url);
      if (!isSet(flags, 'no-open') && hasDisplay(process.env)) openBrowser(url);
      if (process.stdout.isTTY) output.message(output.dim('Ctrl-C ends it'));
    }
    await interrupted;
    await server.close();
  },
};

function optionsFrom(name: string | undefined, flags: FlagValues): ServerOptions {
  const flag = textFlag(flags, 'rec');
  if (flag !== undefined && name !== undefined) {
    throw new UsageError(`two recordings are named: ${name} and --rec ${flag}`);
  }
  const root = findRoot(process.cwd());
  const wanted = flag ?? name;
  const folder = recordingsFolder(root);
  const file =
    wanted === undefined && listRecordingFiles(folder).length === 0 ? undefined : findRecording(wanted, root);
  const at = textFlag(flags, 'at');
  if (at !== undefined && file !== undefined) checkMoment(file, at);
  const port = countFlag(flags, 'port');
  if (port !== undefined && port > PORT_MAX) throw new UsageError(`--port wants a number up to ${PORT_MAX}`);
  const host = textFlag(flags, 'host');
  const allowHosts = flags['allow-host'];
  return {
    folder: file === undefined ? folder : dirname(file),
    ...(file !== undefined && { file }),
    ...(at !== undefined && { at }),
    ...(port !== undefined && { port }),
    ...(host !== undefined && { host }),
    ...(Array.isArray(allowHosts) && { allowHosts }),
    ...viewerFiles(),
  };
}

/** Wrong moments are told here rather than in the browser. */
function checkMoment(file: string, at: string): void {
  const recording = readRecording(file);
  try {
    resolveMoment(recording, at);
  } finally {
    recording.close();
  }
}

/** What the build has put beside the command line. */
function viewerFiles(): Pick<ServerOptions, 'viewerFolder' | 'engineFile' | 'toolVersion'> {
  const viewer = new URL('./viewer/', import.meta.url);
  if (!existsSync(viewer)) {
    throw new CommandError('the viewer is not built\nBuild it with: npx -y pnpm@12 build');
  }
  return {
    viewerFolder: fileURLToPath(viewer),
    engineFile: new URL('./engine.mjs', import.meta.url),
    toolVersion: TRACER_VERSION,
  };
}

async function start(options: ServerOptions): Promise<RunningServer> {
  try {
    return await startServer(options);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const where = `${options.host ?? '127.0.0.1'}:${options.port ?? 0}`;
    if (code === 'EADDRINUSE') {
      throw new CommandError(
        `port ${options.port} is in use\nChoose another one with --port, or leave it out for a free one.`,
      );
    }
    if (code === 'EACCES') throw new CommandError(`${where}: not allowed\nChoose a port from 1024 up with --port.`);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new CommandError(
        `${options.host} is no address of this machine\nLeave --host out, or use 0.0.0.0 for all.`,
      );
    }
    throw new CommandError(`cannot serve on ${where}: ${message}`);
  }
}

/** Resolves at Ctrl-C or when somebody asks the process to end. */
function untilInterrupted(): Promise<void> {
  return new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => done());
  });
}
