import { K, type Value } from '@execution-cinema/format';
import { FUNCTIONS_PER_MODULE, type ListedEvent, type Recording } from '@execution-cinema/store';
import { encodeValue, type EventView, type WireLimits } from '../../protocol.ts';

type Values = EventView['values'];

/** They are shown in a line; the state has them whole. */
const LIMITS: WireLimits = { depth: 3, objects: 40, characters: 1_000 };
/** Bits of the number of a mutation that say which it was. */
const OPERATION_MASK = 0xff;

/** The values of an event that tell what it did; `functionId` is that of its call. */
export function eventValues(recording: Recording, { kind, values, number }: ListedEvent, functionId: number): Values {
  switch (kind) {
    case 'enter':
      return argumentsOf(recording, values, functionId);
    case 'mutation':
      // The owner comes first. Where its content is told afterwards, that is not what the method was given.
      return (number & OPERATION_MASK) === K.MUTATE_CONTENT ? [] : values.slice(1).map(unnamed);
    case 'request':
      return values.map(unnamed);
    default:
      return values.slice(-1).map(unnamed);
  }
}

function unnamed(value: Value): Values[number] {
  return { name: null, value: encodeValue(value, LIMITS) };
}

function argumentsOf(recording: Recording, values: readonly Value[], functionId: number): Values {
  const module = recording.module(Math.floor(functionId / FUNCTIONS_PER_MODULE));
  const parameters = module?.sites?.functions[functionId % FUNCTIONS_PER_MODULE]?.parameters ?? [];
  return values.flatMap((value, i) => {
    const name = parameters[i] ?? null;
    return name === 'this' ? [] : [{ name, value: encodeValue(value, LIMITS) }];
  });
}
