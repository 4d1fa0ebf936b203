// A client waits before it tries again. `node main.js ok` has the configuration in milliseconds.
const { timeouts } = require('./config.js');

class Client {
  constructor(options) {
    this.retryMs = options.retry;
    this.attempts = 0;
  }

  nextDelay() {
    this.attempts += 1;
    const delayMs = this.retryMs * 2 ** (this.attempts - 1);
    return delayMs;
  }
}

function wait(ms) {
  console.log(`waiting ${ms} ms`);
}

const client = new Client(timeouts);
wait(client.nextDelay());
