import { ServerError } from '../errors.ts';
import { FOLDER_METHODS, RECORDING_METHODS, type ClientMessage, type Method } from '../protocol.ts';
import { PARAMS } from './params.ts';

/** A frame that is no message at all: its connection is closed. */
export class MalformedFrame extends Error {}

/** A message whose id can be answered although the rest is wrong. */
export class RefusedRequest extends Error {
  readonly id: number;
  readonly reason: ServerError;

  constructor(id: number, reason: ServerError) {
    super(reason.message);
    this.id = id;
    this.reason = reason;
  }
}

const METHODS: ReadonlySet<string> = new Set<string>([...FOLDER_METHODS, ...RECORDING_METHODS]);
const WITHOUT_RECORDING: ReadonlySet<string> = new Set<string>(FOLDER_METHODS);
const REC_LENGTH_MAX = 1_024;

function isId(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

/** Reads a frame of a client. Throws MalformedFrame, or RefusedRequest when it says whom to answer. */
export function readMessage(frame: string): ClientMessage {
  let message: Record<string, unknown>;
  try {
    message = JSON.parse(frame) as Record<string, unknown>;
  } catch {
    throw new MalformedFrame('not JSON');
  }
  if (typeof message !== 'object' || message === null) throw new MalformedFrame('not an object');
  const { id, cancel, method, rec, params } = message;
  if (isId(cancel)) return { cancel };
  if (!isId(id)) throw new MalformedFrame('no id');
  try {
    if (typeof method !== 'string' || !METHODS.has(method))
      throw new ServerError('UNKNOWN_METHOD', String(method).slice(0, 64));
    const checked = PARAMS[method as Method](params ?? {}, 'params');
    if (WITHOUT_RECORDING.has(method)) return { id, method: method as Method, params: checked as never };
    if (typeof rec !== 'string' || rec.length > REC_LENGTH_MAX)
      throw new ServerError('BAD_REQUEST', 'rec must be text');
    return { id, method: method as Method, rec, params: checked as never };
  } catch (error) {
    if (error instanceof ServerError) throw new RefusedRequest(id, error);
    throw error;
  }
}
