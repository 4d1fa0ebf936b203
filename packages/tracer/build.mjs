// Bundles the workspace into dist/ (see the table in README.md) and writes the declarations of the public entries.
// Whatever package.json names under dependencies or optionalDependencies stays external, devDependencies are bundled.
// A file is replaced only when its bytes change, by a rename: programs that run from dist/ meanwhile never see half.
// Flags: --quiet prints nothing when all is well, --no-types leaves the declarations out, --no-viewer the browser's part.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { buildPageScript, buildViewer } from '../viewer/build.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const packagesDir = dirname(here);
const outDir = join(here, 'dist');
const flags = new Set(process.argv.slice(2));

/** Output name -> entry point below src/. The extension of the output decides the module format. */
const ENTRIES = {
  'preload.cjs': 'preload/main.ts',
  'recorder.cjs': 'recorder-entry.ts',
  'hooks.mjs': 'loader/hooks-thread.ts',
  'transform.cjs': 'transform-entry.ts',
  'redaction.cjs': 'redaction/realm-entry.ts',
  'plan-evaluator.mjs': 'config/plan-evaluator.ts',
  'cli.mjs': 'cli/main.ts',
  'engine.mjs': 'engine-entry.ts',
  'api.mjs': 'api.ts',
  'api.cjs': 'api.ts',
  'read.mjs': 'read.ts',
};

/**
 * Libraries that most programs' starts do without: files of their own, loaded at the first call of one of these functions.
 * `default` stands for the module itself being the function; `of` is the package that depends on it.
 */
const LAZY_LIBRARIES = {
  acorn: { of: 'instrument', names: ['parse', 'parseExpressionAt', 'tokenizer'] },
  'es-module-lexer/js': { of: 'tracer', names: ['parse'] },
  'get-tsconfig': {
    of: 'tracer',
    names: ['createFilesMatcher', 'createPathsMatcher', 'findTsconfig', 'parseTsconfig'],
  },
  picomatch: { of: 'instrument', names: ['default'] },
};

/** Sources whose declarations are public. */
const DECLARED = ['api', 'read'];

/** Lines of lean bundles are broken past this. */
const LINE_CHARS_MAX = 160;
/** The bundles that are on the way of every start. */
const LEAN = new Set(['preload.cjs', 'hooks.mjs']);

/** `--import` wants an ES module; everything else of the preload is one CommonJS file, which loads faster. */
const PRELOAD_ESM = `import { createRequire } from 'node:module';
const main = createRequire(import.meta.url)('./preload.cjs').takeOverMain();
if (main) await main;
`;

/** Puts functions in place of a library that load it when they are called. */
const lazyLibraries = {
  name: 'lazy-libraries',
  /** @param {import('esbuild').PluginBuild} plugin */
  setup(plugin) {
    const filter = new RegExp(`^(?:${Object.keys(LAZY_LIBRARIES).join('|')})$`);
    plugin.onResolve({ filter }, ({ path }) => ({ path, namespace: 'lazy-library' }));
    plugin.onLoad({ filter: /.*/, namespace: 'lazy-library' }, ({ path }) => ({
      contents: lazyStub(path, LAZY_LIBRARIES[/** @type {keyof typeof LAZY_LIBRARIES} */ (path)].names),
      resolveDir: here,
    }));
  },
};

const manifest = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
const external = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
const startMs = performance.now();
const written = new Set();

try {
  await Promise.all([
    bundleAll(),
    flags.has('--no-viewer') ? undefined : bundleViewer(),
    flags.has('--no-types') ? undefined : writeDeclarations(),
  ]);
} catch (error) {
  // esbuild and tsc have already said what is wrong and where.
  if (!flags.has('--quiet')) console.error(`build failed: ${String(error).split('\n')[0]}`);
  process.exit(1);
}
if (!flags.has('--quiet')) {
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  console.log(`built packages/tracer/dist in ${seconds} s (${written.size} files changed)`);
}

async function bundleAll() {
  const buildId = hashOfSources();
  put(join(outDir, 'preload.mjs'), PRELOAD_ESM);
  put(join(outDir, 'plan.schema.json'), readFileSync(join(packagesDir, 'instrument/src/plan/plan.schema.json')));
  /** @type {[string, import('esbuild').BuildOptions][]} */
  const entries = Object.entries(ENTRIES).map(([outName, entry]) => [
    outName,
    { entryPoints: [join(here, 'src', entry)] },
  ]);
  for (const [name, { of }] of Object.entries(LAZY_LIBRARIES)) {
    const contents = `module.exports = require(${JSON.stringify(name)});`;
    entries.push([libraryFile(name), { stdin: { contents, resolveDir: join(packagesDir, of) } }]);
  }
  await Promise.all(
    entries.map(async ([outName, entry]) => {
      const esm = outName.endsWith('.mjs');
      const lean = LEAN.has(outName);
      const result = await build({
        ...entry,
        plugins: lean ? [lazyLibraries] : [],
        // No more than that: our frames are known in stacks by the names of their functions.
        minifyWhitespace: lean,
        // Node prints the line in which an uncaught stack overflow struck, which may be one of ours.
        lineLimit: LINE_CHARS_MAX,
        outfile: join(outDir, outName),
        bundle: true,
        write: false,
        platform: 'node',
        target: 'node20.19',
        format: esm ? 'esm' : 'cjs',
        external,
        sourcemap: 'linked',
        sourcesContent: false,
        legalComments: 'none',
        logLevel: 'warning',
        define: {
          __BUILD_ID__: JSON.stringify(buildId),
          ...(esm ? {} : { 'import.meta.url': '__moduleUrl' }),
        },
        banner: {
          js: esm
            ? // Bundled CommonJS libraries call require for Node's own modules.
              "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);"
            : "const __moduleUrl = require('node:url').pathToFileURL(__filename).href;",
        },
      });
      for (const file of result.outputFiles) put(file.path, file.contents);
    }),
  );
}

/** The viewer is built aside and its files put like all others; those of an earlier build that are no more go. */
async function bundleViewer() {
  const scratch = mkdtempSync(join(tmpdir(), 'tracer-viewer-'));
  const target = join(outDir, 'viewer');
  put(join(outDir, 'page.js'), await buildPageScript());
  try {
    await buildViewer({ outDir: scratch });
    const files = [...filesBelow(scratch)].map((file) => relative(scratch, file));
    for (const file of files) put(join(target, file), readFileSync(join(scratch, file)));
    if (!existsSync(target)) return;
    for (const file of filesBelow(target)) if (!files.includes(relative(target, file))) rmSync(file);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** @param {string} name */
function libraryFile(name) {
  return `library-${name.replaceAll('/', '-')}.cjs`;
}

/** @param {string} library @param {string[]} names */
function lazyStub(library, names) {
  const load = `let library; const load = () => (library ??= requireOwn(new URL('./${libraryFile(library)}', import.meta.url)));`;
  const stubs = names.map((name) =>
    name === 'default'
      ? 'export default (...args) => load()(...args);'
      : `export const ${name} = (...args) => load().${name}(...args);`,
  );
  return [`import { requireOwn } from './src/loader/own-loads.ts';`, load, ...stubs].join('\n');
}

/** Emits declarations of the whole import graph below dist/types and makes workspace specifiers relative. */
async function writeDeclarations() {
  const tsc = resolve(packagesDir, '../node_modules/typescript/bin/tsc');
  const scratch = mkdtempSync(join(tmpdir(), 'tracer-types-'));
  try {
    await promisify(execFile)(process.execPath, [
      tsc,
      '-p',
      join(here, 'tsconfig.types.json'),
      '--outDir',
      scratch,
    ]).catch((error) => {
      console.error(error.stdout);
      throw new Error('tsc could not emit the declarations');
    });
    const entries = DECLARED.map((entry) => join(scratch, `tracer/src/${entry}.d.ts`));
    for (const [file, text] of declarationsFrom(entries, scratch))
      put(join(outDir, 'types', relative(scratch, file)), text);
    // TypeScript takes the ending for the format of the module that it describes.
    put(join(outDir, 'types/tracer/src/api.d.cts'), readFileSync(join(scratch, 'tracer/src/api.d.ts')));
    put(join(outDir, 'types/tracer/src/preload.d.ts'), 'export {};\n');
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * The declaration files that these ones need, with workspace specifiers made relative.
 * @param {string[]} entries
 * @param {string} scratch
 * @returns {Map<string, string>}
 */
function declarationsFrom(entries, scratch) {
  const found = new Map();
  const queue = [...entries];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (found.has(file)) continue;
    const folder = dirname(file);
    const text = readFileSync(file, 'utf8').replace(
      /(from\s+|import\()(['"])([^'"]+)\2/g,
      (whole, head, quote, specifier) => {
        const [, name, subpath = ''] = /^@execution-cinema\/([\w-]+)(.*)$/.exec(specifier) ?? [];
        if (name === undefined && !specifier.startsWith('.')) return whole;
        const target =
          name === undefined ? join(folder, specifier) : join(scratch, name, workspaceEntry(name, subpath));
        queue.push(target.replace(/\.ts$/, '.d.ts'));
        const path = relative(folder, target).split(sep).join('/');
        return `${head}${quote}${path.startsWith('.') ? path : `./${path}`}${quote}`;
      },
    );
    found.set(file, text);
  }
  return found;
}

/**
 * The source file behind `@execution-cinema/<name><subpath>`, as its package.json exports it.
 * @param {string} name
 * @param {string} subpath
 */
function workspaceEntry(name, subpath) {
  const { exports } = JSON.parse(readFileSync(join(packagesDir, name, 'package.json'), 'utf8'));
  const entry = exports[`.${subpath}`];
  if (typeof entry !== 'string') throw new Error(`@execution-cinema/${name} does not export .${subpath}`);
  return entry;
}

/** Identifies this build: part of the key under which transformed sources are cached. */
function hashOfSources() {
  const hash = createHash('sha256');
  for (const file of filesBelow(packagesDir)) {
    const path = relative(packagesDir, file);
    if (/^[\w-]+[\\/](src|package\.json)/.test(path) && !path.endsWith('.test.ts')) {
      hash.update(path).update('\0').update(readFileSync(file));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

/**
 * Every file below a folder in a stable order, node_modules and dist left out.
 * @param {string} dir
 * @returns {Generator<string>}
 */
function* filesBelow(dir) {
  for (const entry of readdirSync(dir, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.isDirectory()) {
      if (entry.name !== 'node_modules' && entry.name !== 'dist') yield* filesBelow(join(dir, entry.name));
    } else if (entry.isFile()) yield join(dir, entry.name);
  }
}

/**
 * @param {string} path
 * @param {string | Uint8Array} contents
 */
function put(path, contents) {
  const bytes = Buffer.from(contents);
  if (existsSync(path) && readFileSync(path).equals(bytes)) return;
  mkdirSync(dirname(path), { recursive: true });
  const draft = join(dirname(path), `.${basename(path)}.${process.pid}`);
  writeFileSync(draft, bytes);
  renameSync(draft, path);
  written.add(path);
}
