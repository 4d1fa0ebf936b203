import { parentPort } from 'node:worker_threads';
import { countWords } from './words.js';

parentPort.on('message', function onJob(document) {
  try {
    parentPort.postMessage({ counts: countWords(document) });
  } catch (error) {
    parentPort.postMessage({ error: error.message });
  }
});
