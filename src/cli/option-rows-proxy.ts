/** The options of the proxy itself: where it stands, whom it lets in, and how long it waits. */
import type { OptionRow } from './option-row.ts';

/** In the order of the help text. */
export const proxyRows: readonly OptionRow[] = [
  {
    name: 'listen',
    placeholder: '<host:port>',
    byDefault: '127.0.0.1:8080',
    meaning:
      'where viewers connect; port 0 takes a free one; unix:/path.sock too; fd:3 for a socket that systemd hands over',
  },
  {
    name: 'backend',
    placeholder: '<url>',
    byDefault: null,
    meaning: 'ws://, wss:// or ws+unix:/dir/{session}.sock:/path; required, except in demo',
    only: 'proxy',
  },
  {
    name: 'backend-host',
    placeholder: '<name>',
    byDefault: "the viewer's Host",
    meaning: 'the Host that the backend gets',
  },
  {
    name: 'path',
    placeholder: '<pattern>',
    byDefault: '/ws/{session}',
    meaning: 'which upgrade paths are proxied; without {session} there is one session',
    only: 'proxy',
  },
  {
    name: 'cap',
    placeholder: '<n>',
    byDefault: '8',
    meaning: 'viewers per session, 1 to 100000',
  },
  {
    name: 'max-viewers',
    placeholder: '<n>',
    byDefault: 'from the descriptor limit',
    meaning: 'viewers in all sessions together',
  },
  {
    name: 'refuse-with',
    placeholder: '<close|http>',
    byDefault: 'close',
    meaning: 'over the cap: complete the handshake and close with 1013, or answer 503',
    values: ['close', 'http'],
  },
  {
    name: 'probe-on-full',
    placeholder: '<duration>',
    byDefault: '2s',
    meaning: 'over the cap: time for late viewers to show life before one is refused; 0 for none',
  },
  {
    name: 'refuse-hold',
    placeholder: '<duration>',
    byDefault: '5s',
    meaning: 'the longest wait for a refusal of one who keeps coming back; 0 for none',
  },
  {
    name: 'ping-interval',
    placeholder: '<duration>',
    byDefault: '15s',
    meaning: 'a Ping to each viewer',
  },
  {
    name: 'pong-timeout',
    placeholder: '<duration>',
    byDefault: '3 x the ping interval',
    meaning: 'silence after which a viewer is evicted',
  },
  {
    name: 'write-timeout',
    placeholder: '<duration>',
    byDefault: '20s',
    meaning: 'data waits for a viewer that takes none of it: evicted',
  },
  {
    name: 'backend-ping-interval',
    placeholder: '<duration>',
    byDefault: 'the ping interval',
    meaning: 'a Ping to each silent backend over TCP; 0 for none',
  },
  {
    name: 'dial-timeout',
    placeholder: '<duration>',
    byDefault: '10s',
    meaning: 'connecting to the backend, handshake included',
  },
  {
    name: 'max-dials',
    placeholder: '<n>',
    byDefault: '256',
    meaning: 'backends dialled at once; further viewers wait their turn in the dial timeout',
  },
  {
    name: 'handshake-timeout',
    placeholder: '<duration>',
    byDefault: '10s',
    meaning: "a viewer's request headers, from the connection on",
  },
  {
    name: 'drain-window',
    placeholder: '<duration>',
    byDefault: '0',
    meaning:
      'SIGTERM refuses newcomers and lets viewers finish for so long; 0: closes them at once',
  },
  {
    name: 'max-viewer-message',
    placeholder: '<size>',
    byDefault: '256KiB',
    meaning: 'one message from a viewer, all its fragments together',
  },
  {
    name: 'max-backend-message',
    placeholder: '<size>',
    byDefault: '4MiB',
    meaning: 'one message from a backend',
  },
  {
    name: 'allow-origin',
    placeholder: '<origin>',
    byDefault: null,
    meaning: 'an origin that may connect besides the own one; repeatable; * for all',
    repeatable: true,
  },
  {
    name: 'trust-proxy',
    placeholder: '<cidr>',
    byDefault: 'none',
    meaning: 'peers whose X-Forwarded-* are believed; repeatable',
    repeatable: true,
  },
  {
    name: 'who-header',
    placeholder: '<name>',
    byDefault: 'none',
    meaning: 'the header in which a trusted peer says who a viewer is',
  },
];
