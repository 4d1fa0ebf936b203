import { openDatabase } from '../../src/driver/open.ts';

/** Prints which warnings a program sees that opens a database between its own. */
const warnings: string[] = [];
process.removeAllListeners('warning');
process.on('warning', (warning) => {
  warnings.push(warning.name === 'Warning' ? warning.message : `${warning.name}: ${warning.message}`);
});
const emitWarning = process.emitWarning;
process.emitWarning('before');
openDatabase(':memory:').close();
process.emitWarning('other', 'ExperimentalWarning');
process.emitWarning('after');
setImmediate(() => console.log(JSON.stringify({ warnings, patched: process.emitWarning !== emitWarning })));
