import { K } from '@execution-cinema/format';
import { SitesMaker } from './sites-maker.ts';
import { ThreadWriter } from './thread-writer.ts';

/** Numbers from 0 (included) to 1 (excluded), the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface ScopePlan {
  scope: number;
  shared: boolean;
  loop: boolean;
  parent: ScopePlan | undefined;
  function: FunctionPlan;
  writes: { site: number; shared: boolean; home: ScopePlan }[];
  functions: FunctionPlan[];
  blocks: ScopePlan[];
}

interface FunctionPlan {
  site: number;
  suspendSite: number;
  throwSite: number;
  catchSite: number;
  parameters: number;
  suspendable: boolean;
  outer: ScopePlan | undefined;
  body: ScopePlan;
}

/** Frame of the running program: where it stands and which instance each of its shared scopes has. */
interface Running {
  call: number;
  plan: FunctionPlan;
  at: ScopePlan;
  instances: Map<ScopePlan, number>;
}

interface Closure {
  plan: FunctionPlan;
  instances: Map<ScopePlan, number>;
}

/**
 * Writes the events of a random run of a random module: nested functions and scopes, closures with their instances,
 * loops that copy scopes, suspensions, exceptions, skipped frames, chunk cuts.
 */
export function randomProgram(seed: number, steps: number): { writer: ThreadWriter; maker: SitesMaker } {
  const random = randomNumbers(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const pick = <T>(items: readonly T[]): T => items[below(items.length)]!;
  let root: FunctionPlan | undefined;
  let budget = 4 + below(10);

  const maker = new SitesMaker((self) => {
    const module: FunctionPlan = {
      site: 100,
      suspendSite: 0,
      throwSite: self.throwing(),
      catchSite: self.catching(),
      parameters: 0,
      suspendable: false,
      outer: undefined,
      body: undefined as unknown as ScopePlan,
    };
    module.body = scopePlan(self, 0, true, false, undefined, module);
    fillScope(self, module.body);
    root = module;
  });

  function scopePlan(
    self: SitesMaker,
    scope: number,
    shared: boolean,
    loop: boolean,
    parent: ScopePlan | undefined,
    owner: FunctionPlan,
  ): ScopePlan {
    void self;
    return { scope, shared, loop, parent, function: owner, writes: [], functions: [], blocks: [] };
  }

  function fillScope(self: SitesMaker, plan: ScopePlan): void {
    const own = Array.from({ length: 1 + below(3) }, (_, i) => self.variable(`v${plan.scope}_${i}`));
    for (const variable of own) plan.writes.push({ site: self.write(variable), shared: plan.shared, home: plan });
    // Writes from here to variables further out: those of other functions only where they are shared.
    for (let outer = plan.parent; outer; outer = outer.parent) {
      if (outer.function !== plan.function && !outer.shared) continue;
      const table = self.table.variables;
      const candidates = table.flatMap((variable, i) => (variable.scope === outer!.scope ? [i] : []));
      if (candidates.length === 0 || random() < 0.4) continue;
      plan.writes.push({ site: self.write(pick(candidates)), shared: outer.shared, home: outer });
    }
    while (budget > 0 && random() < 0.6) {
      budget--;
      if (random() < 0.5) addFunction(self, plan);
      else addBlock(self, plan);
    }
  }

  function addFunction(self: SitesMaker, outer: ScopePlan): void {
    const shared = random() < 0.6;
    const parameters = below(3);
    const plan = { parameters, suspendable: random() < 0.5, outer } as FunctionPlan;
    plan.site = self.addFunction(
      `f${self.table.functions.length}`,
      {
        shared,
        parameters: Array.from({ length: parameters }, (_, i) => `p${i}`),
        kind: plan.suspendable ? 'async' : 'function',
      },
      () => {
        plan.suspendSite = self.suspend();
        plan.throwSite = self.throwing();
        plan.catchSite = self.catching();
        plan.body = scopePlan(self, self.table.scopes.length - 1, shared, false, outer, plan);
        fillScope(self, plan.body);
      },
    );
    outer.functions.push(plan);
  }

  function addBlock(self: SitesMaker, outer: ScopePlan): void {
    const shared = random() < 0.5;
    const loop = random() < 0.5;
    self.addScope(loop ? 'for' : 'block', shared, (scope) => {
      const plan = scopePlan(self, scope, shared, loop, outer, outer.function);
      outer.blocks.push(plan);
      fillScope(self, plan);
    });
  }

  const writer = new ThreadWriter();
  const stack: Running[] = [];
  const asleep: Running[] = [];
  const closures: Closure[] = [];
  let counter = 0;
  const plan = root!;

  const instanceAround = (instances: Map<ScopePlan, number>, scope: ScopePlan | undefined): number => {
    for (let at = scope; at; at = at.parent) {
      const instance = at.shared ? instances.get(at) : undefined;
      if (instance !== undefined) return instance;
    }
    return 0;
  };
  const open = (frame: Running, scope: ScopePlan): void => {
    if (scope.shared) {
      const parent = instanceAround(frame.instances, scope.parent);
      frame.instances.set(scope, writer.scopeOpen(maker.scopeSite(scope.scope), parent));
    }
    frame.at = scope;
    for (const inner of scope.functions) closures.push({ plan: inner, instances: new Map(frame.instances) });
  };
  const call = ({ plan: callee, instances }: Closure): void => {
    const number = writer.enter(callee.site, ...Array.from({ length: callee.parameters }, () => counter++));
    const frame: Running = { call: number, plan: callee, at: callee.body, instances: new Map(instances) };
    const around = instanceAround(instances, callee.outer);
    const linkFirst = random() < 0.5;
    if (around > 1 && linkFirst) writer.scopeLink(around);
    stack.push(frame);
    open(frame, callee.body);
    if (around > 1 && !linkFirst) writer.scopeLink(around);
  };

  writer.scopeOpen(maker.scopeSite(0), 0, false);
  const module: Running = {
    call: writer.enter(plan.site),
    plan,
    at: plan.body,
    instances: new Map([[plan.body, 1]]),
  };
  stack.push(module);
  for (const inner of plan.body.functions) closures.push({ plan: inner, instances: new Map(module.instances) });

  const leave = (from: FunctionPlan): void => {
    const how = random();
    if (how < 0.6) writer.leave(counter++);
    else if (how < 0.7) {
      writer.values(K.RETURN_VALUE, 0, counter++);
      cut();
      writer.leaveBy(K.LEAVE_PENDING);
    } else {
      const error = { id: 1 + below(5), className: 'TypeError', message: `m${below(5)}` };
      if (how < 0.9) writer.values(K.THROW, from.throwSite, error);
      cut();
      writer.leaveBy(K.LEAVE_THROW);
      cut();
      const caller = stack.at(-1);
      if (caller && random() < 0.6) writer.values(K.CATCH, caller.plan.catchSite, error);
    }
  };
  const cut = (): void => {
    if (random() < cutChance) writer.cut(1 + below(3));
  };

  const cutChance = [0, 0.02, 0.2][below(3)]!;
  for (let step = 0; step < steps; step++) {
    writer.timeNs += below(3) * 500;
    const top = stack.at(-1);
    const choice = random();
    if (top && choice < 0.45) {
      const write = pick(top.at.writes);
      if (write.shared) writer.writeScoped(write.site, top.instances.get(write.home)!, counter++);
      else writer.values(K.WRITE, write.site, counter++);
    } else if (choice < 0.6 && closures.length > 0 && stack.length < 8) {
      call(pick(closures));
    } else if (top && choice < 0.7 && top.at.blocks.length > 0) {
      open(top, pick(top.at.blocks));
    } else if (top && choice < 0.75 && top.at.loop && top.at.shared) {
      const parent = instanceAround(top.instances, top.at.parent);
      const from = top.instances.get(top.at)!;
      top.instances.set(top.at, writer.scopeCopy(maker.scopeSite(top.at.scope), parent, from));
    } else if (top && choice < 0.82 && top.at !== top.plan.body) {
      top.at = top.at.parent!;
      // Leaving a block leaves no event; the next write tells where the frame is.
    } else if (top && choice < 0.88 && top.plan.suspendable) {
      writer.suspend(top.plan.suspendSite);
      asleep.push(stack.pop()!);
      top.at = top.plan.body;
    } else if (choice < 0.92 && asleep.length > 0) {
      const [frame] = asleep.splice(below(asleep.length), 1);
      writer.resume(frame!.call);
      stack.push(frame!);
    } else if (choice < 0.97 && stack.length > 1) {
      stack.pop();
      leave(top!.plan);
    } else if (choice < 0.98 && stack.length > 2) {
      stack.splice(-2);
      writer.unwind(2);
    }
    cut();
  }
  return { writer, maker };
}
