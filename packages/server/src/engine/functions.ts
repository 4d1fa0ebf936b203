import { FUNCTIONS_PER_MODULE, type Recording } from '@execution-cinema/store';

/** A function by what a frame shows of it. */
interface Known {
  id: number;
  line: number;
  endLine: number;
}

interface Index {
  /** What the recording was then; see `EngineContext`. */
  generation: object;
  modules: number;
  byName: Map<string, Known[]>;
}

/** A recording that may grow: another generation each time. */
export interface FunctionSource {
  recording: Recording;
  generation: object;
}

const indexes = new WeakMap<Recording, Index>();

function indexOf({ recording, generation }: FunctionSource): Index {
  const known = indexes.get(recording);
  if (known?.generation === generation) return known;
  const ids = recording.moduleIds();
  if (known?.modules === ids.length) {
    known.generation = generation;
    return known;
  }
  const byName = new Map<string, Known[]>();
  for (const moduleId of ids) {
    const module = recording.module(moduleId);
    module?.sites?.functions.forEach(({ name, source, line, endLine }, i) => {
      const key = `${module.sites!.sources[source] ?? module.file}\0${name}`;
      const entry = { id: moduleId * FUNCTIONS_PER_MODULE + i, line, endLine };
      const others = byName.get(key);
      if (others) others.push(entry);
      else byName.set(key, [entry]);
    });
  }
  const index = { generation, modules: ids.length, byName };
  indexes.set(recording, index);
  return index;
}

/** Id in SQL of the function of a frame that stands on a line; 0 when it is not known. */
export function functionIdAt(source: FunctionSource, file: string, name: string, line: number): number {
  const found = indexOf(source).byName.get(`${file}\0${name}`) ?? [];
  const around = found.filter((entry) => entry.line <= line && line <= entry.endLine);
  // Functions of one name lie inside each other at most: the innermost is meant.
  return (around.at(-1) ?? found[0])?.id ?? 0;
}
