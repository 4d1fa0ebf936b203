// Unpacks the Chromium of the npm package into the temporary folder, as the package does it. See chromium.mjs.
import chromium from '@sparticuz/chromium';

await chromium.executablePath();
