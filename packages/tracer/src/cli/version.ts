import manifest from '../../package.json' with { type: 'json' };

export const TRACER_VERSION: string = manifest.version;
