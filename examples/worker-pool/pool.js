import { Worker } from 'node:worker_threads';

const ATTEMPTS = 2;

/** Hands jobs to whichever worker is free, in the order in which they came. */
export class Pool {
  idle = [];
  waiting = [];
  running = new Map();
  workers = [];

  constructor(size) {
    for (let i = 0; i < size; i++) {
      const worker = new Worker(new URL('worker.js', import.meta.url));
      worker.on('message', (answer) => this.answered(worker, answer));
      this.workers.push(worker);
      this.idle.push(worker);
    }
  }

  run(document) {
    return new Promise((resolve, reject) => {
      this.waiting.push({ document, attempts: 0, refusedBy: undefined, resolve, reject });
      this.assign();
    });
  }

  assign() {
    while (this.waiting.length > 0) {
      const [job] = this.waiting;
      const at = this.idle.findIndex((worker) => worker !== job.refusedBy);
      if (at < 0) return;
      const [worker] = this.idle.splice(at, 1);
      this.waiting.shift();
      job.attempts++;
      this.running.set(worker, job);
      worker.postMessage(job.document);
    }
  }

  answered(worker, { counts, error }) {
    const job = this.running.get(worker);
    this.running.delete(worker);
    this.idle.push(worker);
    if (error === undefined) job.resolve(counts);
    else if (job.attempts < ATTEMPTS) this.waiting.unshift({ ...job, refusedBy: worker });
    else job.reject(new Error(`${error} (${job.attempts} attempts)`));
    this.assign();
  }

  async close() {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}
