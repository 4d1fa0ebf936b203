interface Waiting<Reply> {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

/** Brings each reply back to the caller that waits for it, when requests and replies are messages with an id. */
export class PendingReplies<Reply> {
  readonly #waiting = new Map<number, Waiting<Reply>>();
  #lastId = 0;

  ask(send: (id: number) => void): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#lastId += 1;
      this.#waiting.set(this.#lastId, { resolve, reject });
      send(this.#lastId);
    });
  }

  resolve(id: number, reply: Reply): void {
    this.#take(id).resolve(reply);
  }

  reject(id: number, error: Error): void {
    this.#take(id).reject(error);
  }

  #take(id: number): Waiting<Reply> {
    const waiting = this.#waiting.get(id);
    if (!waiting) throw new Error(`Nobody waits for reply ${id}`);
    this.#waiting.delete(id);
    return waiting;
  }
}
