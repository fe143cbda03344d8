/** What a program hands to the bouncer with an upgrade, and what it forgets. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { echoBackend } from '../support/backends.ts';
import { connectViewer, echo } from '../support/viewer.ts';
import { within } from '../support/within.ts';
import { startHost } from './host.ts';

const viewersOf = (bouncer: { measure: () => { totals: { viewers: number } } }): number =>
  bouncer.measure().totals.viewers;

test('wants the socket itself, not something like it', async () => {
  const { bouncer } = await startHost({ backend: 'ws://127.0.0.1/' });
  const request = {} as IncomingMessage;
  const likeIt = new Duplex();
  expect(() => bouncer.handleUpgrade(request, likeIt, Buffer.alloc(0))).toThrow(TypeError);
  expect(likeIt.destroyed).toBe(true);
});

test('leaves no viewer waiting where the program forgets the head', async () => {
  const { bouncer, server, url } = await startHost({ backend: 'ws://127.0.0.1/' });
  const thrown = Promise.withResolvers<unknown>();
  server.removeAllListeners('upgrade');
  server.on('upgrade', (request, socket) => {
    try {
      (bouncer.handleUpgrade as (...of: unknown[]) => void)(request, socket);
    } catch (error) {
      thrown.resolve(error);
    }
  });
  await expect(connectViewer(url('/ws/a'))).rejects.toThrow('socket hang up');
  expect(await within('the error', thrown.promise)).toMatchObject({
    name: 'TypeError',
    message: expect.stringContaining('request, socket and head'),
  });
  expect(viewersOf(bouncer)).toBe(0);
});

test('takes a socket once, however often a program hands it over, and says so', async () => {
  const { url: backend } = await echoBackend();
  const { bouncer, server, url } = await startHost({ backend });
  server.on('upgrade', bouncer.handleUpgrade);
  const warned = once(process, 'warning');
  const viewer = await connectViewer(url('/ws/a'));
  const text = 'x'.repeat(100_000);
  await echo(viewer, text);
  await echo(viewer, text);
  expect(viewersOf(bouncer)).toBe(1);
  expect(String((await within('a warning', warned))[0])).toContain('listen for upgrade once');
});
