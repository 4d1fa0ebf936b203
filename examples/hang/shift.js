/** A vehicle is loaded with the forklift, at the ramp. */
export async function load(dock, vehicle, parcels) {
  const forklift = await dock.take('forklift', vehicle);
  await moved(parcels);
  const ramp = await dock.take('ramp', vehicle);
  dock.giveBack(ramp);
  dock.giveBack(forklift);
}

/** A vehicle is unloaded at the ramp, with the forklift. */
export async function unload(dock, vehicle, parcels) {
  const ramp = await dock.take('ramp', vehicle);
  await moved(parcels);
  const forklift = await dock.take('forklift', vehicle);
  dock.giveBack(forklift);
  dock.giveBack(ramp);
}

function moved(parcels) {
  return new Promise((resolve) => setTimeout(resolve, 20 * parcels.length));
}
