import { EventEmitter } from 'node:events';

/** Compares each window with the one before and with its limits, and announces `gale`, `front` and `calm`. */
export class AlertDesk extends EventEmitter {
  alerts = 0;
  #limits;
  #previous = undefined;

  constructor(limits) {
    super();
    this.#limits = limits;
  }

  inspect(window) {
    const { strongest, pressure, from, wind } = window;
    if (strongest.wind >= this.#limits.windPerSecond) {
      this.#alert('gale', { at: strongest.at, wind: strongest.wind });
    }
    const drop = this.#previous ? this.#previous.pressure - pressure : 0;
    if (drop >= this.#limits.dropHectopascals) {
      this.#alert('front', { at: from, drop });
    }
    if (wind < 3) this.emit('calm', { at: from });
    this.#previous = window;
  }

  #alert(kind, details) {
    this.alerts += 1;
    this.emit(kind, details);
  }
}
