import { describe, expect, test } from 'vitest';
import { BouncerError } from '../../src/errors.ts';
import { OPTION_TABLE, environmentName } from '../../src/cli/option-table.ts';
import type { FlagValue } from '../../src/cli/option-reader.ts';
import { parseOptions, type Parsed } from '../../src/cli/options.ts';

type Flags = Readonly<Record<string, FlagValue>>;

const backend = 'ws://127.0.0.1:7681/ws';

const parse = (flags: Flags, env: Readonly<Record<string, string>> = {}, demo = false): Parsed =>
  parseOptions({ flags, env, maxViewersDefault: 480, demo });

/** The options with a backend that will do, so that only `flags` matter. */
const optionsOf = (flags: Flags, env: Readonly<Record<string, string>> = {}) => {
  const parsed = parse({ backend, ...flags }, env);
  if (parsed.command !== 'proxy') throw new Error('not the proxy');
  return parsed.options;
};

const demoOf = (flags: Flags, env: Readonly<Record<string, string>> = {}) => {
  const parsed = parse(flags, env, true);
  if (parsed.command !== 'demo') throw new Error('not the demo');
  return parsed;
};

/** Options that mean nothing without another. */
const neededBy = (name: string): Flags => {
  if (name === 'who-header') return { 'trust-proxy': '::1' };
  if (name === 'control-listen') return { 'control-token-file': '/t' };
  return name.startsWith('event-log-') ? { 'event-log': '/x' } : {};
};

const errorOf = (run: () => unknown): BouncerError => {
  try {
    run();
  } catch (error) {
    if (error instanceof BouncerError) return error;
    throw error;
  }
  throw new Error('no error');
};

const lineOf = (flags: Flags, env: Readonly<Record<string, string>> = {}): string =>
  errorOf(() => parse({ backend, ...flags }, env)).line;

describe('defaults', () => {
  test('are those of the contract', () => {
    expect(parse({ backend })).toEqual({
      command: 'proxy',
      headless: false,
      screen: {
        readOnly: false,
        ascii: false,
        color: true,
        name: null,
        accent: null,
        confirm: 'undo',
      },
      eventLog: null,
      drainWindowMs: 0,
      background: null,
      keepOnHangup: false,
      control: expect.objectContaining({ socketPath: 'default', listen: null }),
      options: {
        listen: { host: '127.0.0.1', port: 8080 },
        backend: { address: { host: '127.0.0.1', port: 7681 }, tls: false, target: '/ws' },
        backendHost: null,
        path: '/ws/{session}',
        cap: 8,
        maxViewers: 480,
        refuseWith: 'close',
        probeOnFullMs: 2_000,
        refuseHoldMs: 5_000,
        pingIntervalMs: 15_000,
        pongTimeoutMs: 45_000,
        writeTimeoutMs: 20_000,
        backendPingIntervalMs: 15_000,
        dialTimeoutMs: 10_000,
        maxDials: 256,
        handshakeTimeoutMs: 10_000,
        maxViewerMessage: 262_144,
        maxBackendMessage: 4_194_304,
        allowOrigins: [],
        trustProxies: [],
        whoHeader: null,
        page: null,
      },
    });
  });

  const stated = OPTION_TABLE.filter(
    ({ byDefault }) => byDefault !== null && /^[\w/:.{}]+$/.test(byDefault) && byDefault !== 'none',
  );

  test('that are stated as a value are eighteen', () => {
    expect(stated.map(({ name }) => name)).toHaveLength(18);
  });

  test.each(stated.map(({ name, byDefault }) => ({ name, byDefault })))(
    'of --$name is really $byDefault',
    ({ name, byDefault }) => {
      const given: Flags = { backend, ...neededBy(name) };
      expect(parse({ ...given, [name]: byDefault! })).toEqual(parse(given));
    },
  );

  test('of the demo are shorter, so that half a minute shows everything', () => {
    expect(demoOf({}).options).toMatchObject({
      cap: 4,
      probeOnFullMs: 1000,
      refuseHoldMs: 2000,
      pingIntervalMs: 2000,
      pongTimeoutMs: 6000,
      writeTimeoutMs: 8000,
      path: '/ws/{session}',
    });
  });
});

describe('values that will do', () => {
  test.each<[string, string, object]>([
    ['listen', '0.0.0.0:0', { listen: { host: '0.0.0.0', port: 0 } }],
    ['listen', 'localhost:65535', { listen: { host: 'localhost', port: 65_535 } }],
    ['listen', '[::1]:8080', { listen: { host: '::1', port: 8080 } }],
    ['listen', 'unix:/run/wsb.sock', { listen: { socketPath: '/run/wsb.sock' } }],
    ['backend-host', 'app.internal:8443', { backendHost: 'app.internal:8443' }],
    ['backend-host', '[fd00::1]', { backendHost: '[fd00::1]' }],
    ['path', '/vnc', { path: '/vnc' }],
    ['path', '/{session}/attach', { path: '/{session}/attach' }],
    ['cap', '1', { cap: 1 }],
    ['cap', '100000', { cap: 100_000 }],
    ['max-viewers', '20000', { maxViewers: 20_000 }],
    ['refuse-with', 'http', { refuseWith: 'http' }],
    ['probe-on-full', '10ms', { probeOnFullMs: 10 }],
    ['probe-on-full', '1m', { probeOnFullMs: 60_000 }],
    ['probe-on-full', '0', { probeOnFullMs: 0 }],
    ['probe-on-full', '0s', { probeOnFullMs: 0 }],
    ['refuse-hold', '1.5s', { refuseHoldMs: 1_500 }],
    ['refuse-hold', '60s', { refuseHoldMs: 60_000 }],
    ['refuse-hold', '0', { refuseHoldMs: 0 }],
    ['refuse-hold', '0ms', { refuseHoldMs: 0 }],
    ['backend-ping-interval', '1h', { backendPingIntervalMs: 3_600_000 }],
    ['backend-ping-interval', '10ms', { backendPingIntervalMs: 10, pingIntervalMs: 15_000 }],
    ['backend-ping-interval', '0', { backendPingIntervalMs: 0 }],
    ['backend-ping-interval', '0h', { backendPingIntervalMs: 0 }],
    ['max-dials', '1', { maxDials: 1 }],
    ['max-dials', '100000', { maxDials: 100_000 }],
    ['ping-interval', '50ms', { pingIntervalMs: 50, pongTimeoutMs: 150 }],
    ['ping-interval', '1.1s', { pingIntervalMs: 1100, pongTimeoutMs: 3300 }],
    ['ping-interval', '1h', { pingIntervalMs: 3_600_000, pongTimeoutMs: 10_800_000 }],
    ['pong-timeout', '1m', { pongTimeoutMs: 60_000 }],
    ['write-timeout', '24h', { writeTimeoutMs: 86_400_000 }],
    ['dial-timeout', '10ms', { dialTimeoutMs: 10 }],
    ['handshake-timeout', '3s', { handshakeTimeoutMs: 3000 }],
    ['max-viewer-message', '1', { maxViewerMessage: 1 }],
    ['max-viewer-message', '65536B', { maxViewerMessage: 65_536 }],
    ['max-viewer-message', '1.5MiB', { maxViewerMessage: 1_572_864 }],
    ['max-backend-message', '1GiB', { maxBackendMessage: 1_073_741_824 }],
    ['allow-origin', '*', { allowOrigins: ['*'] }],
    ['allow-origin', 'HTTPS://App.Example:443', { allowOrigins: ['https://app.example'] }],
    ['allow-origin', 'http://[0:0::1]:81', { allowOrigins: ['http://[::1]:81'] }],
    ['allow-origin', 'chrome-extension://abcdef', { allowOrigins: ['chrome-extension://abcdef'] }],
    ['trust-proxy', '10.0.0.0/8', { trustProxies: ['10.0.0.0/8'] }],
    ['trust-proxy', '192.0.2.7', { trustProxies: ['192.0.2.7/32'] }],
    ['trust-proxy', 'fd00::/8', { trustProxies: ['fd00::/8'] }],
    ['trust-proxy', '::1', { trustProxies: ['::1/128'] }],
  ])('--%s %s', (name, value, expected) => {
    expect(optionsOf({ [name]: value })).toMatchObject(expected);
  });

  test.each<[string, object]>([
    ['ws://h', { address: { host: 'h', port: 80 }, tls: false, target: '/' }],
    ['wss://h', { address: { host: 'h', port: 443 }, tls: true, target: '/' }],
    ['WSS://h:9/', { address: { host: 'h', port: 9 }, tls: true, target: '/' }],
    ['ws://a_b.c:1/x', { address: { host: 'a_b.c', port: 1 }, tls: false, target: '/x' }],
    ['ws://[::1]:1/x', { address: { host: '::1', port: 1 }, tls: false, target: '/x' }],
    [
      'ws://h?s={session}',
      { address: { host: 'h', port: 80 }, tls: false, target: '/?s={session}' },
    ],
    [
      'ws://h/{session}/x/{session}',
      { address: { host: 'h', port: 80 }, tls: false, target: '/{session}/x/{session}' },
    ],
    [
      'ws://h/a/../b//%2f',
      { address: { host: 'h', port: 80 }, tls: false, target: '/a/../b//%2f' },
    ],
    ['ws+unix:/a.sock', { address: { socketPath: '/a.sock' }, tls: false, target: '/' }],
    ['ws+unix:///a.sock', { address: { socketPath: '/a.sock' }, tls: false, target: '/' }],
    [
      'ws+unix:/run/a b/{session}.sock:/ws?x=1',
      { address: { socketPath: '/run/a b/{session}.sock' }, tls: false, target: '/ws?x=1' },
    ],
  ])('--backend %s', (url, template) => {
    expect(optionsOf({ backend: url }).backend).toEqual(template);
  });

  test('a path with {session} goes with a backend without: all sessions share its path', () => {
    expect(optionsOf({ path: '/a/{session}', backend: 'ws://h/one' }).backend.target).toBe('/one');
  });
});

describe('values that will not do', () => {
  test.each<[string, string, string, string]>([
    ['cap', 'abc', 'is not a whole number', 'pass a number from 1 to 100000'],
    ['cap', '0', 'is out of range', 'pass a number from 1 to 100000'],
    ['cap', '100001', 'is out of range', 'pass a number from 1 to 100000'],
    ['cap', '-1', 'is not a whole number', 'pass a number'],
    ['cap', '1e3', 'is not a whole number', 'pass a number'],
    ['cap', '0x10', 'is not a whole number', 'pass a number'],
    ['cap', '8 ', 'is not a whole number', 'pass a number'],
    ['max-viewers', '1000001', 'is out of range', 'from 1 to 1000000'],
    ['refuse-with', '503', 'is not one of its values', 'pass close or http'],
    ['probe-on-full', '2', 'has no unit', 'write 2s or 2ms, or pass 0 for none'],
    ['probe-on-full', '9ms', 'is out of range', 'from 10ms to 1m, or pass 0 for none'],
    ['probe-on-full', '61s', 'is out of range', 'from 10ms to 1m'],
    ['probe-on-full', '00', 'has no unit', 'pass 0 for none'],
    ['refuse-hold', '-1s', 'is not a duration', 'or pass 0 for none'],
    ['refuse-hold', '2m', 'is out of range', 'from 10ms to 1m, or pass 0 for none'],
    ['refuse-hold', 'off', 'is not a duration', 'or pass 0 for none'],
    ['refuse-hold', '0.0s', 'is out of range', 'or pass 0 for none'],
    ['backend-ping-interval', '2h', 'is out of range', 'from 10ms to 1h, or pass 0 for none'],
    ['backend-ping-interval', '0d', 'has the unknown unit "d"', 'or pass 0 for none'],
    ['backend-ping-interval', 'none', 'is not a duration', 'or pass 0 for none'],
    ['max-dials', '0', 'is out of range', 'pass a number from 1 to 100000'],
    ['max-dials', '100001', 'is out of range', 'pass a number from 1 to 100000'],
    ['max-dials', 'all', 'is not a whole number', 'pass a number from 1 to 100000'],
    ['ping-interval', '15', 'has no unit', 'write 15s or 15ms'],
    ['ping-interval', '0s', 'is out of range', 'from 10ms to 1h'],
    ['ping-interval', '2h', 'is out of range', 'from 10ms to 1h'],
    ['ping-interval', '1d', 'has the unknown unit "d"', 'use ms, s, m or h'],
    ['ping-interval', '1constructor', 'has the unknown unit', 'use ms, s, m or h'],
    ['ping-interval', '15S', 'has the unknown unit "S"', 'use ms, s, m or h'],
    ['ping-interval', '10.0001ms', 'is not a whole number of milliseconds', 'round it'],
    ['ping-interval', 'soon', 'is not a duration', 'write it like 50ms'],
    ['pong-timeout', '15s', 'is not longer than the ping interval (15s)', 'pass more than 15s'],
    ['write-timeout', '25h', 'is out of range', 'from 10ms to 24h'],
    ['dial-timeout', '', 'has no value', 'write --dial-timeout <duration>'],
    ['max-viewer-message', '4MB', 'has the unknown unit "MB"', 'use KiB, MiB, GiB or plain bytes'],
    ['max-viewer-message', '0', 'is out of range', 'from 1B to 1GiB'],
    ['max-backend-message', '2GiB', 'is out of range', 'from 1B to 1GiB'],
    ['max-backend-message', '0.3B', 'is not a whole number of bytes', 'round it'],
    ['max-backend-message', 'big', 'is not a size', 'write it like 64KiB'],
    ['listen', '8080', 'has no host', 'write 127.0.0.1:8080'],
    ['listen', ':8080', 'has no host', 'write 0.0.0.0 before the colon'],
    ['listen', 'localhost', 'has no port', 'write localhost:8080'],
    ['listen', '::1', 'is an IPv6 address without brackets', 'write [::1]:8080'],
    ['listen', '[::g]:1', 'has no IPv6 address between its brackets', 'write it like [::1]:8080'],
    ['listen', '1.2.3.4:65536', 'has no valid port', 'use a port from 0 to 65535'],
    ['listen', '1.2.3:80', 'has a host that is neither', 'check the part before the port'],
    ['listen', '*:80', 'has a host that is neither', 'check the part before the port'],
    ['listen', 'unix:wsb.sock', 'has a socket path that is not absolute', 'start the path with /'],
    ['listen', 'unix:/run/', 'names a directory', 'add the name of the socket'],
    [
      'listen',
      `unix:/${'a'.repeat(107)}`,
      'has a socket path that is too long',
      'within 107 bytes',
    ],
    ['backend', 'localhost:7681/ws', 'is not a WebSocket URL', 'start it with ws://'],
    ['backend', 'http://h/x', 'is not a WebSocket URL', 'start it with ws:// instead'],
    ['backend', 'https://h/x', 'is not a WebSocket URL', 'start it with wss:// instead'],
    ['backend', 'ws:h', 'has no // after its scheme', 'write ws://host:port/path'],
    ['backend', 'ws://', 'has no host', 'write it like ws://127.0.0.1:7681/ws'],
    ['backend', 'ws://h:0/', 'has no valid port', 'use a port from 1 to 65535'],
    ['backend', 'ws://h:x/', 'has no valid port', 'use a port from 1 to 65535'],
    ['backend', 'ws://h/a#b', 'has a fragment', 'leave out what follows #'],
    ['backend', 'ws://h/a b', 'has a space or a character beyond ASCII', 'percent-encode it'],
    ['backend', 'ws://h/{sesion}', 'has braces that are not {session}', 'write {session}'],
    ['backend', 'ws://{session}/', 'has braces in its host or port', 'into the path or the query'],
    [
      'backend',
      'ws://h:{session}/',
      'has braces in its host or port',
      'into the path or the query',
    ],
    ['backend', '{session}://h/', 'has {session} in its scheme', 'into the path or the query'],
    [
      'backend',
      'ws+unix:a.sock:/x',
      'has a socket path that is not absolute',
      'start the path with /',
    ],
    ['backend', 'ws+unix:/{x}.sock', 'has braces that are not {session}', 'write {session}'],
    ['backend', 'ws+unix:/a.sock:/x#y', 'has a fragment', 'leave out what follows #'],
    ['backend-host', 'a/b', 'has a host that is neither', 'check the part before the port'],
    ['backend-host', ':80', 'has no host', 'write a name'],
    ['path', 'ws/{session}', 'does not start with /', 'write it like /ws/{session}'],
    ['path', '/ws?x=1', 'has a query', 'leave it out'],
    ['path', '/{session}/{session}', 'has {session} twice', 'keep one of them'],
    ['path', '/{id}', 'has braces that are not {session}', 'write {session}'],
    ['allow-origin', 'app.example', 'is not an origin', 'write it like https://app.example'],
    ['allow-origin', 'null', 'is not an origin', 'write it like https://app.example'],
    ['allow-origin', 'https://a.example/', 'has a path', 'write https://a.example'],
    ['allow-origin', 'https://*.example', 'has a wildcard', 'name each origin, or pass * for all'],
    ['allow-origin', 'https://a.example:x', 'has no valid port', 'use a port from 1 to 65535'],
    ['allow-origin', 'https://', 'has no host', 'write it like https://app.example'],
    ['trust-proxy', 'nginx', 'is not an address', 'write a range like 10.0.0.0/8'],
    ['trust-proxy', '10.0.0.0/33', 'has no valid prefix length', 'write one from 0 to 32'],
    ['trust-proxy', '10.0.0.0/', 'has no valid prefix length', 'write one from 0 to 32'],
    ['trust-proxy', '010.0.0.0/8', 'is not an address', 'write a range'],
    ['trust-proxy', 'fd00::/129', 'has no valid prefix length', 'write one from 0 to 128'],
    ['who-header', 'X-User:', 'is not the name of a header', 'X-Forwarded-User, without a colon'],
    ['who-header', 'X User', 'is not the name of a header', 'X-Forwarded-User, without a colon'],
    ['who-header', 'Sec-WebSocket-Key', 'is a header of the connection itself', 'name one like'],
    ['who-header', 'sec_websocket.key', 'is a header of the connection itself', 'name one like'],
    ['who-header', 'x-forwarded-for', 'is a header of the connection itself', 'name one like'],
    ['who-header', 'Cookie', 'carries secrets', 'name one like X-Forwarded-User'],
    ['who-header', 'proxy_authorization', 'carries secrets', 'name one like X-Forwarded-User'],
    ['who-header', 'AUTHORIZATION', 'carries secrets', 'name one like X-Forwarded-User'],
    ['confirm', 'never', 'is not one of its values', 'pass undo or always'],
    [
      'accent',
      'pink',
      'is not one of its values',
      'red, green, yellow, blue, magenta, cyan or whi',
    ],
    ['name', ' ', 'is blank', 'use 1 to 32 characters'],
    ['name', 'n'.repeat(33), 'is too long', 'use at most 32 characters'],
    ['name', 'H\u00e4user', 'has a character that the title cannot show', 'printable ASCII'],
  ])('--%s %s %s', (name, value, problem, remedy) => {
    const line = lineOf({ [name]: value });
    expect(line).toMatch(new RegExp(`^wsbouncer: --${name} `));
    expect(line).toContain(value === '' ? 'has no value' : JSON.stringify(value).slice(0, 60));
    const [said, advised] = line.split('; ');
    expect(said).toContain(problem);
    expect(advised).toContain(remedy);
  });

  test('says where a wrong value comes from when that is the environment', () => {
    expect(lineOf({}, { WSBOUNCER_CAP: 'many' })).toBe(
      'wsbouncer: WSBOUNCER_CAP "many" is not a whole number; pass a number from 1 to 100000',
    );
  });

  test('keeps a password out of the error', () => {
    const line = lineOf({ backend: 'ws://root:hunter2@h/x' });
    expect(line).toContain('has a user name');
    expect(line).not.toContain('hunter2');
  });

  test('never hands control characters or line breaks on', () => {
    const line = lineOf({ cap: '\u001B[2J\n\u009B\u2028\u202E' });
    expect(line).toMatch(/^[\x20-\x7e]*$/);
  });

  test('a flag without a value, negated, or given twice is an error', () => {
    expect(lineOf({ cap: true })).toBe('wsbouncer: --cap has no value; write --cap <n>');
    expect(lineOf({ cap: false })).toBe('wsbouncer: unknown option --no-cap; write --cap <n>');
    expect(lineOf({ cap: ['1', '2'] })).toBe('wsbouncer: --cap is given 2 times; give it once');
    expect(lineOf({ 'trust-proxy': ['::1', true] })).toContain('--trust-proxy has no value');
  });
});

describe('what options demand of each other', () => {
  test('--backend is required, and the error knows a way to look around', () => {
    const error = errorOf(() => parse({}));
    expect(error.line).toMatch(/^wsbouncer: --backend is required; .*wsbouncer demo/);
    expect(error.exitCode).toBe(2);
  });

  test('a header that says who a viewer is needs peers that are believed', () => {
    const whoHeader = 'X-Forwarded-User';
    expect(optionsOf({ 'who-header': whoHeader, 'trust-proxy': '::1' })).toMatchObject({
      whoHeader: 'x-forwarded-user',
    });
    expect(lineOf({ 'who-header': whoHeader })).toBe(
      'wsbouncer: --who-header "X-Forwarded-User" would be believed of nobody; say with --trust-proxy <cidr> which peers set it',
    );
    expect(lineOf({}, { WSBOUNCER_WHO_HEADER: whoHeader })).toContain(
      'wsbouncer: WSBOUNCER_WHO_HEADER "X-Forwarded-User" would be believed of nobody',
    );
  });

  test('{session} in the backend needs {session} in the path', () => {
    const wanting = 'has {session}, but --path "/ws" has none to put there';
    expect(lineOf({ path: '/ws', backend: 'ws://h/{session}' })).toContain(wanting);
    expect(lineOf({ path: '/ws', backend: 'ws+unix:/{session}.sock' })).toContain(wanting);
  });

  test('a longer ping interval moves the pong timeout that nobody set', () => {
    expect(optionsOf({ 'ping-interval': '30s' }).pongTimeoutMs).toBe(90_000);
    expect(lineOf({ 'ping-interval': '30s', 'pong-timeout': '30s' })).toContain(
      '--pong-timeout "30s" is not longer than the ping interval (30s)',
    );
  });

  test('a longer ping interval moves that of the backends, where nobody set it', () => {
    expect(optionsOf({ 'ping-interval': '30s' }).backendPingIntervalMs).toBe(30_000);
    const own = { 'ping-interval': '30s', 'backend-ping-interval': '5s' };
    expect(optionsOf(own).backendPingIntervalMs).toBe(5_000);
    expect(optionsOf({ ...own, 'backend-ping-interval': '0' }).backendPingIntervalMs).toBe(0);
  });

  test('what belongs to the demo and what does not is said', () => {
    expect(lineOf({ for: '3s' })).toContain('--for belongs to the demo');
    expect(errorOf(() => demoOf({ backend })).line).toContain('--backend does not go with demo');
    expect(errorOf(() => demoOf({ path: '/x' })).line).toContain('--path does not go with demo');
  });
});

describe('the environment', () => {
  const values: Readonly<Record<string, string>> = {
    listen: '[::1]:1',
    backend: 'wss://other:2/{session}',
    'backend-host': 'name:3',
    path: '/p/{session}',
    cap: '4',
    'max-viewers': '5',
    'refuse-with': 'http',
    'probe-on-full': '3s',
    'refuse-hold': '0',
    'ping-interval': '6s',
    'pong-timeout': '17s',
    'write-timeout': '8s',
    'backend-ping-interval': '7s',
    'dial-timeout': '9s',
    'max-dials': '10',
    'handshake-timeout': '11s',
    'drain-window': '30s',
    'max-viewer-message': '12KiB',
    'max-backend-message': '13KiB',
    'allow-origin': 'https://a.example',
    'trust-proxy': '10.0.0.0/8',
    'who-header': 'x-user',
    'event-log': '/var/log/wsbouncer.jsonl',
    'event-log-size': '1MiB',
    'event-log-files': '9',
    control: '/run/wsbouncer.sock',
    'control-listen': '127.0.0.1:9000',
    'control-token-file': '/etc/wsbouncer/tokens',
    'max-streams-per-address': '2',
    confirm: 'always',
    name: 'hall 7',
    accent: 'blue',
  };

  test.each(OPTION_TABLE.filter(({ placeholder, only }) => placeholder && only !== 'demo'))(
    'sets --$name as the flag does, and the flag wins',
    ({ name }) => {
      const value = values[name]!;
      const more = neededBy(name);
      const rest: Flags = name === 'backend' ? more : { backend, ...more };
      const byFlag = parse({ ...rest, [name]: value });
      expect(byFlag).not.toEqual(parse({ backend, ...more }));
      const env = { [environmentName(name)]: value };
      expect(parse(rest, env)).toEqual(byFlag);
      const wrong = { [environmentName(name)]: '?! ' };
      expect(parse({ ...rest, [name]: value }, wrong)).toEqual(byFlag);
    },
  );

  test.each(
    OPTION_TABLE.filter(({ placeholder }) => placeholder === null).flatMap(({ name }) => [
      { name, text: '1', on: true },
      { name, text: 'true', on: true },
      { name, text: '0', on: false },
      { name, text: 'false', on: false },
    ]),
  )('turns --$name on or off: $text is $on', ({ name, text, on }) => {
    const env = { [environmentName(name)]: text };
    // What is about a proxy in the background needs one.
    const given = name === 'no-attach' ? { backend, background: true } : { backend };
    expect(parse(given, env)).toEqual(parse({ ...given, [name]: on }));
    expect(parse({ ...given, [name]: !on }, env)).not.toEqual(parse({ ...given, [name]: on }));
  });

  test('WSBOUNCER_HEADLESS=maybe is an error', () => {
    expect(lineOf({}, { WSBOUNCER_HEADLESS: 'maybe' })).toBe(
      'wsbouncer: WSBOUNCER_HEADLESS "maybe" is neither on nor off; pass true or false',
    );
  });

  test('separates what may be repeated by commas', () => {
    const env = { WSBOUNCER_ALLOW_ORIGIN: 'https://a.example, https://b.example' };
    expect(optionsOf({}, env).allowOrigins).toEqual(['https://a.example', 'https://b.example']);
    expect(optionsOf({ 'allow-origin': ['https://c.example', '*'] }, env).allowOrigins).toEqual([
      'https://c.example',
      '*',
    ]);
  });

  test('sets nothing where a variable is empty', () => {
    expect(optionsOf({}, { WSBOUNCER_CAP: '', WSBOUNCER_TRUST_PROXY: ' ' })).toEqual(optionsOf({}));
  });

  // A service named wsbouncer gives its neighbours WSBOUNCER_PORT=tcp://… in Kubernetes.
  test('may hold other variables that start alike', () => {
    expect(optionsOf({}, { WSBOUNCER_PORT: 'tcp://10.0.0.1:80' })).toEqual(optionsOf({}));
  });
});
