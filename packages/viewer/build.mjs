// Bundles the viewer: index.html and assets/ with relative addresses, so that it works below any path.
// `node build.mjs [OUTDIR]` writes it; tracer's build and dev.mjs call buildViewer().
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

/**
 * @param {{ outDir: string, minify?: boolean }} options
 * @returns {Promise<import('esbuild').Metafile>}
 */
export async function buildViewer({ outDir, minify = true }) {
  const assets = join(outDir, 'assets');
  mkdirSync(assets, { recursive: true });
  const { metafile } = await build({
    entryPoints: { main: join(here, 'src/main.tsx'), style: join(here, 'src/styles/index.css') },
    outdir: assets,
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: ['es2022', 'chrome105', 'firefox110', 'safari16'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    external: ['./inter.woff2', './mono.woff2'],
    minify,
    sourcemap: minify ? false : 'linked',
    legalComments: 'none',
    logLevel: 'warning',
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
