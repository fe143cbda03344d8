/** The one answer to a viewer's key, which the backend gives to it and a refusal gives itself. */
import { hash } from 'node:crypto';

/** RFC 6455 1.3: what a server appends to the key before it hashes it. */
const ACCEPT_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** The only `Sec-WebSocket-Accept` that answers `key`. */
export const acceptFor = (key: string): string => hash('sha1', key + ACCEPT_GUID, 'base64');
