export { PROTOCOL_VERSION } from './protocol.ts';
