/** Viewers that storm the door, or that do not even get through it. */
import type { RawViewerOptions } from '../support/raw-viewer.ts';
import { endOwed, isOpen, namesOf, raw, type Stage } from './stage.ts';

/** Longest wait for a refusal: every hold, probe and stall together. */
const REFUSED_MS = 15_000;

/** Many at once at a full session; all must hear something soon. */
export const storm = async (stage: Stage): Promise<void> => {
  const viewers = Array.from({ length: stage.random.between(10, 60) }, () => raw(stage));
  await stage.curtain.wait(
    REFUSED_MS,
    Promise.all(viewers.map((viewer) => endOwed(stage, viewer, 'came to a full session'))),
  );
  for (const viewer of viewers) viewer.destroy();
};

/** Comes back at once, whatever it is told. */
export const naive = async (stage: Stage): Promise<void> => {
  const { curtain, step } = stage;
  const until = performance.now() + step.forMs;
  while (performance.now() < until && !curtain.fallen) {
    const viewer = raw({ ...stage, remote: '10.66.6.6' });
    stage.attempted();
    await curtain.wait(step.forMs, viewer.closed({ ms: REFUSED_MS }));
    viewer.destroy();
    // A browser is no faster either.
    await curtain.wait(5);
  }
};

/** Makes up session ids. */
export const inventor = async (stage: Stage): Promise<void> => {
  const { curtain, random, step } = stage;
  const kinds = ['echo', 'echo', 'hang', 'reset', 'status', 'closes'];
  const viewers = Array.from({ length: random.between(5, 25) }, () =>
    raw(stage, {}, `${random.pick(kinds)}-${random.bytes(8).toString('hex')}`),
  );
  await curtain.wait(step.forMs);
  for (const viewer of viewers) {
    if (random.chance(0.5)) viewer.reset();
    else viewer.destroy();
  }
};

const keyLine = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
const upgradeLines = `Host: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${keyLine}Sec-WebSocket-Version: 13\r\n`;

const get = (target: string, lines = upgradeLines): string => `GET ${target} HTTP/1.1\r\n${lines}`;

/** Sends half a request and waits; it must be shown out. */
export const halfRequest = async (stage: Stage): Promise<void> => {
  const whole = get(`/ws/${stage.step.session}`);
  const request = whole.slice(0, stage.random.between(1, whole.length));
  const viewer = raw(stage, { request });
  await endOwed(stage, viewer, 'sent half a request');
  viewer.destroy();
};

/** Connects and says nothing; it must be shown out. */
export const silentConnection = async (stage: Stage): Promise<void> => {
  const viewer = raw(stage, { request: '' });
  await endOwed(stage, viewer, 'said nothing');
  viewer.destroy();
};

/** Requests that must be answered with an error, or cut. */
const MALFORMED: readonly string[] = [
  'GARBAGE\r\n\r\n',
  '\r\n\r\n\r\n\u0000\u0001\r\n\r\n',
  'GET\r\n\r\n',
  `${get('/ws/../../etc/passwd')}\r\n`,
  `${get('/ws/a%2Fb')}\r\n`,
  `${get('/ws/a%00b')}\r\n`,
  `${get('/ws/')}\r\n`,
  `${get(`/ws/${'x'.repeat(5_000)}`)}\r\n`,
  `${get('http://elsewhere/ws/echo-1')}\r\n`,
  `${get('/nowhere')}\r\n`,
  `${get('/ws/echo-1').replace('GET', 'POST')}\r\n`,
  `${get('/ws/echo-1').replace('HTTP/1.1', 'HTTP/1.0')}\r\n`,
  `${get('/ws/echo-1').replace('HTTP/1.1', 'HTTP/2.0')}\r\n`,
  `${get('/ws/echo-1')}${keyLine}\r\n`,
  `${get('/ws/echo-1')}Host: elsewhere\r\n\r\n`,
  `${get('/ws/echo-1')}Origin: http://evil.example\r\n\r\n`,
  `${get('/ws/echo-1')}Origin: null\r\n\r\n`,
  `${get('/ws/echo-1')}Content-Length: 5\r\n\r\nhello`,
  `${get('/ws/echo-1')}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  `${get('/ws/echo-1').replace('Version: 13', 'Version: 8')}\r\n`,
  `${get('/ws/echo-1').replace(keyLine, '')}\r\n`,
  `${get('/ws/echo-1')}X-Long: ${'x'.repeat(65_536)}\r\n\r\n`,
  `${get('/ws/echo-1')}${Array.from({ length: 2_000 }, (_, at) => `X-${at}: y\r\n`).join('')}\r\n`,
  'CONNECT localhost:22 HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
];

/** Sends what is no proper upgrade; it must be answered and shown out. */
export const malformed = async (stage: Stage): Promise<void> => {
  const request = stage.random.pick(MALFORMED);
  const viewer = raw(stage, { request });
  await endOwed(stage, viewer, `sent ${JSON.stringify(request.slice(0, 60))}`);
  viewer.destroy();
};

/** Leaves, gently or not, while its backend is still being dialled. */
export const leaver = async (stage: Stage): Promise<void> => {
  const { curtain, random, step } = stage;
  const viewer = raw(stage);
  await curtain.wait(step.forMs);
  if (random.chance(0.5)) viewer.reset();
  else viewer.destroy();
};

/** Sends before it is answered: a little, or far too much. */
export const early = async (stage: Stage): Promise<void> => {
  const { curtain, random, remote, step } = stage;
  const options: RawViewerOptions = {
    extraHeaders: namesOf(remote, step.as),
    early: Buffer.alloc(random.pick([1, 500, 100_000, 400_000]), 0x81),
  };
  const viewer = raw(stage, options);
  await curtain.wait(step.forMs, isOpen(stage, viewer));
  viewer.destroy();
};
