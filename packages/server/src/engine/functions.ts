import { FUNCTIONS_PER_MODULE, type Recording, type StateFrame } from '@execution-cinema/store';

/** A function by what a frame shows of it. */
interface Known {
  id: number;
  line: number;
  column: number;
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
    module?.sites?.functions.forEach(({ name, source, line, column }, i) => {
      const key = `${module.sites!.sources[source] ?? module.file}\0${name}`;
      const entry = { id: moduleId * FUNCTIONS_PER_MODULE + i, line, column };
      const others = byName.get(key);
      if (others) others.push(entry);
      else byName.set(key, [entry]);
    });
  }
  const index = { generation, modules: ids.length, byName };
  indexes.set(recording, index);
  return index;
}

type FrameOfFunction = Pick<StateFrame, 'file' | 'function' | 'functionLine' | 'functionColumn'>;

/** Id in SQL of the function of a frame; 0 when it is not known. */
export function functionIdOf(source: FunctionSource, frame: FrameOfFunction): number {
  const found = indexOf(source).byName.get(`${frame.file}\0${frame.function}`) ?? [];
  const own = found.find(({ line, column }) => line === frame.functionLine && column === frame.functionColumn);
  return (own ?? found[0])?.id ?? 0;
}
