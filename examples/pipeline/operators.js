/** Groups readings and yields one average per full group; what does not fill a group is dropped. */
export async function* windowsOf(readings, length) {
  let group = [];
  for await (const reading of readings) {
    group.push(reading);
    if (group.length < length) continue;
    yield averageOf(group);
    group = [];
  }
}

/** Passes on the first `count` items, then closes its source, so that it can clean up. */
export async function* take(count, items) {
  let taken = 0;
  for await (const item of items) {
    yield item;
    taken += 1;
    if (taken === count) return;
  }
}

function averageOf(group) {
  const mean = (pick) => group.reduce((sum, reading) => sum + pick(reading), 0) / group.length;
  return {
    from: group.at(0).at,
    to: group.at(-1).at,
    wind: mean((reading) => reading.wind),
    pressure: mean((reading) => reading.pressure),
    strongest: group.reduce((a, b) => (b.wind > a.wind ? b : a)),
  };
}
