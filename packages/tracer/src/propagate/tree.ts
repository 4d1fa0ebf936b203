import type { TracerConfig } from '../config/index.ts';

/*
 * What a recorded process hands to the processes it starts, in one variable that they take out of their environment
 * before the program runs. All of them write into one recording.
 */

/** Carries a `Tree`. */
const TREE_VARIABLE = 'TRACER_TREE';

export interface Tree {
  readonly config: TracerConfig;
  /** Equal secrets get equal tokens in the whole tree. Lives in memory only: an environment is memory too. */
  readonly redactionKey: string;
  /** The recorded process above, which need not be the direct parent (a shell may stand between). */
  readonly parentPid: number;
  /** Number of the start of this process, see `Links`. */
  readonly link: number;
  /** The program's own NODE_OPTIONS, without what was added to start the preload. */
  readonly nodeOptions: string | null;
}

/** Variables for a child process whose own environment says `nodeOptions`. */
export function treeEnvironment(
  tree: Omit<Tree, 'nodeOptions'>,
  preload: string,
  nodeOptions: string | undefined,
): Record<string, string> {
  const ours = `--require ${quoteOption(preload)}`;
  const tail = nodeOptions === undefined || nodeOptions === '' ? '' : ` ${nodeOptions}`;
  return {
    NODE_OPTIONS: ours + tail,
    [TREE_VARIABLE]: JSON.stringify({ ...tree, nodeOptions: nodeOptions ?? null } satisfies Tree),
  };
}

/** NODE_OPTIONS takes double quotes and backslash escapes (https://nodejs.org/api/cli.html#node_optionsoptions). */
function quoteOption(text: string): string {
  return /[\s"\\]/.test(text) ? `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"` : text;
}

/** The tree that this process belongs to. The environment looks afterwards as the program above meant it. */
export function takeTree(env: NodeJS.ProcessEnv): Tree | undefined {
  const text = env[TREE_VARIABLE];
  if (text === undefined) return undefined;
  delete env[TREE_VARIABLE];
  const tree = parseTree(text);
  if (tree === undefined) return undefined;
  if (tree.nodeOptions === null) delete env['NODE_OPTIONS'];
  else env['NODE_OPTIONS'] = tree.nodeOptions;
  return tree;
}

/** Undefined for a tree of another version of the tracer: the process then begins a recording of its own. */
function parseTree(text: string): Tree | undefined {
  try {
    const tree = JSON.parse(text) as Tree;
    return tree.config.version === 1 ? tree : undefined;
  } catch {
    return undefined;
  }
}
