import {
  COMMON_SHELF,
  decodeFrame,
  FRAME_MAGIC,
  requestKey,
  type Hello,
  type Method,
  type Params,
  type Result,
  type Shelf,
} from '@execution-cinema/server/protocol';
import { AnswerError, cancelledError, type AnswerSource, type AskOptions } from './source.ts';

/** Content of the element `<script type="application/json" id="answers">` of an exported page. */
interface Content {
  hello: Hello;
  /** Deflated frames as base64. */
  shelves: Record<string, string>;
}

/** Shelves that are kept unpacked; those that were used longest ago are packed out again when needed. */
const SHELVES_OPEN_MAX = 200;

export function offlineText(): string | undefined {
  return document.getElementById('answers')?.textContent ?? undefined;
}

/** What was made ahead, and nothing else. */
export interface Kept {
  /** Undefined when it was not made ahead; throws the answer when that is an error. */
  find: <M extends Method>(shelf: string, method: M, key: object) => Promise<Result<M> | undefined>;
  findByKey: (shelf: string, key: string) => Promise<unknown>;
  part: NonNullable<Hello['part']>;
}

/** Answers from what the page carries. */
export class OfflineSource implements AnswerSource {
  onHello: AnswerSource['onHello'] = () => undefined;
  onNotice: AnswerSource['onNotice'] = () => undefined;
  onConnection: AnswerSource['onConnection'] = () => undefined;
  private readonly content: Content;
  private readonly open = new Map<string, Promise<Shelf>>();
  private readonly kept: Kept;

  constructor(text: string) {
    this.content = JSON.parse(text) as Content;
    this.kept = {
      part: this.content.hello.part ?? { span: { fromNs: 0, toNs: 0 }, whole: true },
      find: async (shelf, method, key) => (await this.find(shelf, requestKey(method, key))) as never,
      findByKey: (shelf, key) => this.find(shelf, key),
    };
  }

  start(): void {
    this.onConnection('offline page');
    this.onHello(this.content.hello);
  }

  async ask<M extends Method>(method: M, params: Params<M>, { signal }: AskOptions = {}): Promise<Result<M>> {
    // A page of the server answers nothing itself, and does not fetch this.
    const { derivedAnswer } = await import('./offline-answers.ts');
    const derived = await derivedAnswer(this.kept, method, params);
    const result = derived ?? (await this.kept.find(COMMON_SHELF, method, params));
    if (signal?.aborted) throw cancelledError();
    if (result === undefined) {
      const message = 'This page was exported without the answer to this question.';
      throw new AnswerError({ code: 'OFFLINE', message, remedy: 'Open the recording itself: tracer view' });
    }
    return result;
  }

  private async find(name: string, key: string): Promise<unknown> {
    if (!Object.hasOwn(this.content.shelves, name)) return undefined;
    let opening = this.open.get(name);
    this.open.delete(name);
    opening ??= unpack(this.content.shelves[name]!);
    this.open.set(name, opening);
    if (this.open.size > SHELVES_OPEN_MAX) this.open.delete(this.open.keys().next().value!);
    const shelf = await opening;
    const answer = Object.hasOwn(shelf, key) ? shelf[key] : undefined;
    if (answer && 'error' in answer) throw new AnswerError(answer.error);
    return answer?.result;
  }
}

async function unpack(base64: string): Promise<Shelf> {
  const packed = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  const frame = await new Response(stream).arrayBuffer();
  const isBinary = frame.byteLength >= 4 && new DataView(frame).getUint32(0, true) === FRAME_MAGIC;
  return decodeFrame(isBinary ? frame : new TextDecoder().decode(frame)) as Shelf;
}
