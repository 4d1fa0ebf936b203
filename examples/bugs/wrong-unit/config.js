exports.timeouts = {
  connect: 5,
  retry: process.argv[2] === 'ok' ? 2000 : 2,
};
