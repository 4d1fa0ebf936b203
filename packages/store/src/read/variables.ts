import { K, type DecodedEvent, type Value } from '@execution-cinema/format';
import type { Frame, ThreadReplay } from './replay.ts';
import { variableOf, type Site } from './sites.ts';

/** The last write of a variable before some moment. */
export interface LastWrite {
  value: Value;
  event: number;
  timeNs: number;
  site: Site;
}

/** Who owns variables: a call (variables that no closure shares), an even number, or a scope instance, an odd one. */
export type Owner = number & { readonly __owner?: never };

export function ownerOfCall(call: number): Owner {
  return call * 2;
}

export function ownerOfScope(instance: number): Owner {
  return instance * 2 + 1;
}

/** What a write event changed; undefined for other events and for writes that belong to no frame. */
function writeOf(
  replay: ThreadReplay,
  event: DecodedEvent,
  frame: Frame | undefined,
): { owner: Owner; variable: number; write: LastWrite } | undefined {
  if (event.kind !== K.WRITE && event.kind !== K.WRITE_SCOPED && event.kind !== K.CATCH) return undefined;
  const site = replay.resolver.resolve(event.payload);
  if (!site || site.a < 0) return undefined;
  const write = { value: event.values[0], event: event.event, timeNs: event.timeNs, site };
  if (event.kind === K.WRITE_SCOPED) return { owner: ownerOfScope(event.number), variable: site.a, write };
  // A frame can only be changed by its own function: after a level changed in mid-call the frame on top is another's.
  if (!frame || frame.site?.function !== site.function) return undefined;
  if (event.kind === K.CATCH && isShared(site)) return undefined;
  return { owner: ownerOfCall(frame.call), variable: site.a, write };
}

function isShared(site: Site): boolean {
  const variable = variableOf(site);
  return variable !== undefined && site.table.scopes[variable.scope]?.shared === true;
}

/** Last writes by owner and variable. */
export class VariableTable {
  private readonly owners = new Map<Owner, Map<number, LastWrite>>();

  set(owner: Owner, variable: number, write: LastWrite): void {
    let variables = this.owners.get(owner);
    if (!variables) {
      variables = new Map();
      this.owners.set(owner, variables);
    }
    variables.set(variable, write);
  }

  get(owner: Owner, variable: number): LastWrite | undefined {
    return this.owners.get(owner)?.get(variable);
  }

  /** Takes in one event after `replay.step(event)` returned `frame`. Variables of calls that ended are dropped. */
  apply(replay: ThreadReplay, event: DecodedEvent, frame: Frame | undefined): void {
    const change = writeOf(replay, event, frame);
    if (change) this.set(change.owner, change.variable, change.write);
    for (const ended of replay.ended) this.owners.delete(ownerOfCall(ended.frame.call));
  }
}
