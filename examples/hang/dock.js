/** Things that one at a time may have; whoever asks waits until it is given back. */
export function createDock() {
  const holders = new Map();
  const waiting = [];

  async function take(thing, who) {
    while (holders.has(thing)) {
      const holder = holders.get(thing);
      await new Promise((resolve) => waiting.push({ thing, who, holder, resolve }));
    }
    holders.set(thing, who);
    return thing;
  }

  function giveBack(thing) {
    holders.delete(thing);
    for (const { resolve } of waiting.splice(0)) resolve();
  }

  return { take, giveBack };
}
