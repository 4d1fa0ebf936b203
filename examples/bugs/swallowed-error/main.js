// Settings are read from text. `node main.js ok` reads text that is right.
const fixed = process.argv[2] === 'ok';

const TEXT = fixed ? '{ "limit": 50 }' : '{ "limit": 50, }';

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return { limit: 0 };
  }
}

function loadSettings() {
  const settings = parse(TEXT);
  return settings;
}

function allowed(settings) {
  const { limit } = settings;
  return limit;
}

function show(limit) {
  console.log(`at most ${limit}`);
}

show(allowed(loadSettings()));
