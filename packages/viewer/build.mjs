// Bundles the viewer: index.html and assets/ with relative addresses, so that it works below any path.
// `node build.mjs [OUTDIR]` writes it; tracer's build and dev.mjs call buildViewer(). buildPageScript() makes the same
// program one script, for pages that carry their answers.
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);

const FONTS = {
  'inter.woff2': '@fontsource-variable/inter/files/inter-latin-wght-normal.woff2',
  'mono.woff2': '@fontsource/jetbrains-mono/files/jetbrains-mono-latin-400-normal.woff2',
};

/** @satisfies {import('esbuild').BuildOptions} */
const BROWSER = {
  bundle: true,
  platform: 'browser',
  target: ['es2022', 'chrome105', 'firefox110', 'safari16'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  legalComments: 'none',
  logLevel: 'warning',
};

/**
 * The whole viewer as one classic script: an HTML file opened from disk may load no modules.
 * @returns {Promise<Uint8Array>}
 */
export async function buildPageScript() {
  const {
    outputFiles: [script],
  } = await build({
    ...BROWSER,
    entryPoints: [join(here, 'src/main.tsx')],
    format: 'iife',
    minify: true,
    // A page's script is known by its hash: no bytes whose meaning hangs on how the page is read.
    charset: 'ascii',
    write: false,
  });
  if (!script) throw new Error('the viewer was not bundled');
  return script.contents;
}

/**
 * @param {{ outDir: string, minify?: boolean }} options
 * @returns {Promise<import('esbuild').Metafile>}
 */
export async function buildViewer({ outDir, minify = true }) {
  const assets = join(outDir, 'assets');
  mkdirSync(assets, { recursive: true });
  const { metafile } = await build({
    ...BROWSER,
    entryPoints: { main: join(here, 'src/main.tsx'), style: join(here, 'src/styles/index.css') },
    outdir: assets,
    chunkNames: '[name]-[hash]',
    splitting: true,
    format: 'esm',
    external: ['./inter.woff2', './mono.woff2'],
    minify,
    sourcemap: minify ? false : 'linked',
    metafile: true,
  });
  for (const [name, from] of Object.entries(FONTS)) copyFileSync(require.resolve(from), join(assets, name));
  copyFileSync(join(here, 'index.html'), join(outDir, 'index.html'));
  copyFileSync(join(here, 'icon.svg'), join(assets, 'icon.svg'));
  return metafile;
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const outDir = resolve(process.argv[2] ?? join(here, 'dist'));
  await buildViewer({ outDir });
  const { gzipSync } = await import('node:zlib');
  const firstPage = ['main.js', 'style.css'].map((name) => gzipSync(readFileSync(join(outDir, 'assets', name))).length);
  console.log(
    `built the viewer; code of the first page: ${Math.round(firstPage.reduce((a, b) => a + b) / 1024)} KB gzipped`,
  );
}
