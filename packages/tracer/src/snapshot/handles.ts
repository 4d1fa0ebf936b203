import type { SnapshotHandle } from '@execution-cinema/format';

/** What keeps a thread's event loop alive. */
export interface Resources {
  resources: Record<string, number>;
  handles: SnapshotHandle[];
}

const HANDLES_MAX = 200;

interface NativeHandle {
  fd?: unknown;
  getsockname?: (out: object) => unknown;
  getpeername?: (out: object) => unknown;
}

/**
 * Gives a function that lists open handles without running code of the program: own data and Node's native calls only.
 * `own` is a port of ours, which counts as open while it has something to do.
 */
export function createHandleReader(own: object | undefined): () => Resources {
  const { getActiveResourcesInfo, _getActiveHandles: getActiveHandles } = process as unknown as {
    getActiveResourcesInfo(): string[];
    _getActiveHandles?(): object[];
  };
  return () => {
    const resources: Record<string, number> = {};
    for (const kind of getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1;
    const handles: SnapshotHandle[] = [];
    for (const handle of getActiveHandles?.() ?? []) {
      if (handle === own) {
        resources['MessagePort']!--;
        if (resources['MessagePort'] === 0) delete resources['MessagePort'];
      } else if (handles.length < HANDLES_MAX) handles.push(describe(handle));
    }
    return { resources, handles };
  };
}

function describe(handle: object): SnapshotHandle {
  const native = (ownObject(handle, '_handle') ?? handle) as NativeHandle;
  const described: SnapshotHandle = { type: className(handle) };
  const local = addressOf(native, 'getsockname');
  const remote = addressOf(native, 'getpeername');
  if (local !== undefined) described.local = local;
  if (remote !== undefined) described.remote = remote;
  return described;
}

/** Sockets and servers hold Node's native handle, which knows its addresses. */
function addressOf(native: NativeHandle, method: 'getsockname' | 'getpeername'): string | undefined {
  try {
    const out: { address?: string; port?: number } = {};
    if (typeof native[method] !== 'function' || native[method](out) !== 0) return undefined;
    return out.address === undefined ? undefined : `${out.address}:${out.port ?? ''}`;
  } catch {
    return undefined;
  }
}

function ownObject(target: object, key: string): unknown {
  const value: unknown = Object.getOwnPropertyDescriptor(target, key)?.value;
  return typeof value === 'object' && value !== null ? value : undefined;
}

/** Name of the class, from own data of its prototypes. */
function className(target: object): string {
  const prototype = Object.getPrototypeOf(target) as object | null;
  const constructor: unknown = prototype && Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  if (typeof constructor !== 'function') return 'Object';
  const name: unknown = Object.getOwnPropertyDescriptor(constructor, 'name')?.value;
  return typeof name === 'string' ? name : 'Object';
}
