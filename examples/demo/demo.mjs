console.log('The recording demo is not wired up yet.');
