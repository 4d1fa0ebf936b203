import { K, type DecodedEvent, type Value } from "@execution-cinema/format";
import type { Frame, ThreadReplay } from "./replay.ts";
import type { Site } from "./sites.ts";

/** The last write of a variable before some moment. */
export interface LastWrite {
  value: Value;
  event: number;
  timeNs: number;
  site: Site;
}

/** Who owns variables: a call (variables no closure shares) or a scope instance. */
export type Owner = `call ${number}` | `scope ${number}`;

export function ownerOfCall(call: number): Owner {
  return `call ${call}`;
}

export function ownerOfScope(instance: number): Owner {
  return `scope ${instance}`;
}

/** What a write event changed; undefined for other events and for writes that belong to no frame. */
export function writeOf(replay: ThreadReplay, event: DecodedEvent, frame: Frame | undefined): { owner: Owner; variable: number; write: LastWrite } | undefined {
  if (event.kind !== K.WRITE && event.kind !== K.WRITE_SCOPED) return undefined;
  const site = replay.resolver.resolve(event.payload);
  if (!site) return undefined;
  const write = { value: event.values[0], event: event.event, timeNs: event.timeNs, site };
  if (event.kind === K.WRITE_SCOPED) return { owner: ownerOfScope(event.number), variable: site.a, write };
  // A frame can only be changed by its own function: after a level changed in mid-call the frame on top is another's.
  if (!frame || frame.site?.function !== site.function) return undefined;
  return { owner: ownerOfCall(frame.call), variable: site.a, write };
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

  /** Drops a call that ended: its variables are out of reach. */
  forgetCall(call: number): void {
    this.owners.delete(ownerOfCall(call));
  }

  apply(replay: ThreadReplay, event: DecodedEvent, frame: Frame | undefined): void {
    const change = writeOf(replay, event, frame);
    if (change) this.set(change.owner, change.variable, change.write);
    for (const { frame: ended } of replay.ended) this.forgetCall(ended.call);
  }
}
