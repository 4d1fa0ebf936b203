import childProcess from 'node:child_process';
import { PROCESS, followProcess, type Links, type ProcessEnd } from '@execution-cinema/runtime';

/** Variables to add to the environment of a child, given what its own NODE_OPTIONS say and the number of its start. */
type EnvironmentForChild = (nodeOptions: string | undefined, link: number) => Record<string, string>;
type Variables = (nodeOptions: string | undefined) => Record<string, string>;

interface SpawnOptions {
  args?: string[];
  envPairs?: string[];
}

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

export interface ChildProcessParts {
  readonly links: Links;
  readonly environmentForChild: EnvironmentForChild;
  /** A command empties the environment of what it starts, which is thereby out of reach. */
  readonly unreachable: (command: string) => void;
}

/** `env -i node app.js`, alone or in the command line of a shell. */
const EMPTIES_ENVIRONMENT = /(?:^|[\s/;&|("'])env\s+(?:-\w*i\w*|-|--ignore-environment)(?:\s|$)/;

/**
 * Every process that this one starts gets the variables, whatever environment the program chose for it; programs that
 * are not Node ignore them. The asynchronous ways all pass `ChildProcess.prototype.spawn`, with the environment as
 * `NAME=value` pairs; the synchronous ones (`sync`) are replaced one by one.
 */
export function installChildProcesses({ links, environmentForChild, unreachable }: ChildProcessParts): void {
  const start = (words: readonly unknown[]): { link: number; variables: Variables } => {
    const command = words.filter((word) => typeof word === 'string').join(' ');
    if (EMPTIES_ENVIRONMENT.test(command)) unreachable(command);
    const link = links.newChannel();
    links.starts(PROCESS, link);
    return { link, variables: (nodeOptions) => environmentForChild(nodeOptions, link) };
  };
  const ends = new WeakMap<object, ProcessEnd>();
  const { prototype } = childProcess.ChildProcess as unknown as {
    prototype: { spawn: AnyFunction; emit: AnyFunction };
  };
  replace(
    prototype,
    'spawn',
    (spawn) =>
      function (this: unknown, options: unknown, ...rest: unknown[]) {
        const { link, variables } = start((options as SpawnOptions).args ?? []);
        addPairs(options as SpawnOptions, variables);
        const result = Reflect.apply(spawn, this, [options, ...rest]);
        if (typeof (this as { send?: unknown }).send === 'function') {
          ends.set(this as object, followProcess(links, this as object, link, 0));
        }
        return result;
      },
  );
  replace(
    prototype,
    'emit',
    (emit) =>
      function (this: unknown, event: unknown, ...args: unknown[]) {
        if (event === 'message') ends.get(this as object)?.received();
        return Reflect.apply(emit, this, [event, ...args]);
      },
  );
  const sync = childProcess as unknown as Record<string, AnyFunction>;
  replace(sync, 'execSync', (execSync) => withEnvironment(execSync, 1, start));
  replace(sync, 'spawnSync', (spawnSync) => withEnvironment(spawnSync, 2, start));
  replace(sync, 'execFileSync', (execFileSync) => withEnvironment(execFileSync, 2, start));
}

function addPairs(options: SpawnOptions, variables: Variables): void {
  const pairs = options?.envPairs;
  if (!Array.isArray(pairs)) return;
  const head = 'NODE_OPTIONS=';
  const nodeOptions = pairs.find((pair) => pair.startsWith(head))?.slice(head.length);
  const added = variables(nodeOptions);
  const kept = pairs.filter((pair) => !(pair.slice(0, pair.indexOf('=')) in added));
  options.envPairs = [...kept, ...Object.entries(added).map(([name, value]) => `${name}=${value}`)];
}

/** `optionsAt`: where the options stand when all arguments are given; argument lists may be left out before them. */
function withEnvironment(
  original: AnyFunction,
  optionsAt: number,
  start: (words: readonly unknown[]) => { variables: Variables },
): AnyFunction {
  return function (this: unknown, ...args: unknown[]) {
    const given = args.findIndex((arg, i) => i > 0 && typeof arg === 'object' && arg !== null && !Array.isArray(arg));
    const at = given < 0 ? optionsAt : given;
    const options = (args[at] ?? {}) as { env?: NodeJS.ProcessEnv };
    const env = options.env ?? process.env;
    const changed = [...args];
    if (given < 0 && optionsAt === 2) changed[1] ??= [];
    changed[at] = { ...options, env: { ...env, ...start(args.flat()).variables(env['NODE_OPTIONS']) } };
    return Reflect.apply(original, this, changed);
  };
}

/** The replacement stands under the same name, with the same visibility and number of parameters. */
function replace<Name extends string>(
  holder: Record<Name, AnyFunction>,
  name: Name,
  make: (original: AnyFunction) => AnyFunction,
): void {
  const original = holder[name];
  const replacement = make(original);
  Object.defineProperties(replacement, {
    name: { value: original.name, configurable: true },
    length: { value: original.length, configurable: true },
  });
  const present = Object.getOwnPropertyDescriptor(holder, name);
  Object.defineProperty(holder, name, { ...present, value: replacement });
}
