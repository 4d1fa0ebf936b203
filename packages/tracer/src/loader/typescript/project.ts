// Which tsconfig governs a file. Each is read once in the life of the process; see tsconfig.ts.
import { dirname, sep } from 'node:path';
import { findTsconfig } from 'get-tsconfig';
import type { Cache } from 'get-tsconfig';
import { NO_PROJECT, readTsconfig } from './tsconfig.ts';
import type { Project, Tsconfig } from './tsconfig.ts';

/** A chain of `references` longer than this is cut; solutions are one or two levels deep. */
const REFERENCE_DEPTH_MAX = 8;

const nodeModules = `${sep}node_modules${sep}`;

const nearestByDir = new Map<string, string | undefined>();
const configs = new Map<string, Tsconfig>();
const fileCache: Cache = new Map();

/**
 * The project of a file, cached per directory and per tsconfig for the life of the process: the nearest tsconfig that
 * includes it, itself or by a project it references; else the next one above; else the nearest (ts-node does so too).
 */
export function projectOf(file: string): Project {
  if (file.includes(nodeModules)) return NO_PROJECT;
  const nearest = nearestConfig(dirname(file));
  for (let config = nearest; config !== undefined; config = nearestConfig(dirname(dirname(config)))) {
    const owner = ownerOf(config, file, 0);
    if (owner) return owner.project;
    if (dirname(dirname(config)) === dirname(config)) break;
  }
  return nearest === undefined ? NO_PROJECT : load(nearest).project;
}

function ownerOf(configFile: string, file: string, depth: number): Tsconfig | undefined {
  const config = load(configFile);
  if (config.includes(file)) return config;
  if (depth >= REFERENCE_DEPTH_MAX) return undefined;
  for (const reference of config.references) {
    const owner = ownerOf(reference, file, depth + 1);
    if (owner) return owner;
  }
  return undefined;
}

function nearestConfig(dir: string): string | undefined {
  if (!nearestByDir.has(dir)) nearestByDir.set(dir, findTsconfig(dir, 'tsconfig.json', fileCache));
  return nearestByDir.get(dir);
}

function load(configFile: string): Tsconfig {
  let config = configs.get(configFile);
  if (!config) {
    config = readTsconfig(configFile, fileCache);
    configs.set(configFile, config);
  }
  return config;
}
