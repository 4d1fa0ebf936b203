import { Transform } from 'node:stream';

/** Puts chunks of text together and cuts them into lines. */
export class Lines extends Transform {
  #rest = '';

  constructor() {
    super({ readableObjectMode: true, decodeStrings: false });
  }

  _transform(chunk, _encoding, done) {
    const lines = (this.#rest + chunk).split('\n');
    // The last piece has no end yet: it waits for the next chunk.
    this.#rest = lines.pop();
    for (const line of lines) this.push(line);
    done();
  }

  _flush(done) {
    if (this.#rest) this.push(this.#rest);
    done();
  }
}
