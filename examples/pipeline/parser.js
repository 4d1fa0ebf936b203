import { Transform } from 'node:stream';

/** Makes readings of lines. A line that makes no sense is announced as `garbled` and left out. */
export class Parser extends Transform {
  accepted = 0;
  rejected = 0;

  constructor() {
    super({ objectMode: true });
  }

  _transform(line, _encoding, done) {
    if (line.startsWith('#')) return done();
    const reading = parse(line);
    if (reading) {
      this.accepted += 1;
      return done(null, reading);
    }
    this.rejected += 1;
    this.emit('garbled', line);
    done();
  }
}

function parse(line) {
  const [at, ...rest] = line.split(';');
  const [wind, pressure] = rest.map(Number.parseFloat);
  const isComplete = Number.isFinite(wind) && Number.isFinite(pressure);
  return isComplete ? { at, wind, pressure } : undefined;
}
