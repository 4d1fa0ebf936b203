// As empty.cjs, as an ES module.
import { measure } from './harness.cjs';

await measure(1, () => undefined);
