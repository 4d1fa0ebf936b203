import type { ModuleSites } from '@execution-cinema/format';

/** A scope instance: values by variable index. */
interface Instance {
  readonly sites: ModuleSites;
  readonly parent: number;
  readonly values: Map<number, unknown>;
}

/** What the events say about the variables of one frame. */
export interface FrameVariables {
  readonly sites: ModuleSites;
  readonly func: number;
  readonly values: Map<number, unknown>;
  /** Instances that the frame has opened, and the one it closes over. */
  readonly instances: number[];
}

/** The values of all variables, put together from events alone: what a reader of a recording would know. */
export class VariableState {
  readonly #instances: Instance[] = [];

  enter(sites: ModuleSites, func: number, values: readonly unknown[]): FrameVariables {
    const known = new Map<number, unknown>();
    for (const [position, variable] of sites.functions[func]!.parameterVariables.entries()) {
      if (variable >= 0) known.set(variable, values[position]);
    }
    return { sites, func, values: known, instances: [] };
  }

  /** `instance` is the number of the new instance; a copy begins with the values of `from`. */
  open(
    sites: ModuleSites,
    scope: number,
    instance: number,
    parent: number,
    from: number | undefined,
    frame: FrameVariables | undefined,
  ): void {
    const values = new Map(from === undefined ? [] : this.#instances[from]!.values);
    this.#instances[instance] = { sites, parent, values };
    if (frame === undefined) return;
    frame.instances.push(instance);
    // The parameters that the entry carried belong to the function's own scope.
    if (frame.sites === sites && sites.functions[frame.func]!.scope === scope) {
      for (const [variable, value] of frame.values) values.set(variable, value);
      frame.values.clear();
    }
  }

  link(frame: FrameVariables | undefined, instance: number): void {
    frame?.instances.unshift(instance);
  }

  write(frame: FrameVariables | undefined, instance: number | undefined, variable: number, value: unknown): void {
    if (instance !== undefined) this.#instances[instance]?.values.set(variable, value);
    else frame?.values.set(variable, value);
  }

  /** The value that a variable has for code of this frame; names must be unique in the program. */
  lookup(frame: FrameVariables, name: string): unknown {
    const variable = frame.sites.variables.findIndex((entry) => entry.name === name);
    if (frame.values.has(variable)) return frame.values.get(variable);
    for (const opened of [...frame.instances].reverse()) {
      for (let instance = opened; instance !== 0; instance = this.#instances[instance]!.parent) {
        const { sites, values } = this.#instances[instance]!;
        if (sites === frame.sites && values.has(variable)) return values.get(variable);
      }
    }
    return this.#instances.find((instance) => instance?.sites === frame.sites)?.values.get(variable);
  }
}
