import { workerData } from 'node:worker_threads';

/** Weighs each parcel when the sorter has put it down. */
function weigh(parcels) {
  const putDown = new Int32Array(new SharedArrayBuffer(4));
  const weights = [];
  for (let parcel = 0; parcel < parcels; parcel++) {
    while (Atomics.load(putDown, 0) <= parcel) Atomics.wait(putDown, 0, parcel);
    weights.push(400 + parcel * 35);
  }
  return weights;
}

weigh(workerData.parcels);
