import '@execution-cinema/server/engine';
