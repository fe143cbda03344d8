/** websockify as a backend, in front of TCP servers of the test. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { privateDirectory } from '../support/backend-server.ts';
import { onCleanup } from '../support/cleanup.ts';
import { named } from '../support/events.ts';
import { Inbox } from '../support/inbox.ts';
import { runProgram } from '../support/program.ts';
import {
  closeOf,
  connectViewer,
  HandshakeRefused,
  received,
  type ViewerOptions,
} from '../support/viewer.ts';
import { freePort, startForeign } from './foreign.ts';
import { WEBSOCKIFY } from './packages.ts';
import { adapted, commandsOf, recipe } from './recipes.ts';

/** A TCP server that greets with its name and sends back what it gets. */
const startDesktop = async (name: string, path?: string) => {
  const connections = new Inbox<Socket>(`connections of ${name}`, () => 'a connection');
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write(name);
    socket.pipe(socket);
    connections.push(socket);
  });
  server.listen(path === undefined ? { host: '127.0.0.1', port: 0 } : { path });
  await once(server, 'listening');
  onCleanup(() => {
    for (const socket of connections.all) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { connections, address: `127.0.0.1:${port}` };
};

const startWebsockify = async (args: readonly string[]): Promise<void> => {
  // Now and then it outlives a SIGTERM, and there is nothing that it would have to finish.
  const { lines } = startForeign(WEBSOCKIFY, args, { endBy: 'SIGKILL' });
  await lines.next((line) => line.includes('proxying from'), 'websockify to listen');
};

/** Runs the first command line of each program under a heading of the page, adapted. */
const runRecipe = async (heading: string, changes: Record<string, string>, at = 0) => {
  const address = `127.0.0.1:${await freePort()}`;
  const text = adapted(recipe(heading, 'sh'), { '127.0.0.1:6080': address, ...changes });
  await startWebsockify(commandsOf(text, 'websockify')[at] ?? []);
  const proxy = await runProgram(commandsOf(text, 'wsbouncer')[0] ?? []);
  return { direct: `ws://${address}/`, proxy };
};

const open = async (url: string, options?: ViewerOptions) => {
  const viewer = await connectViewer(url, options);
  const bytes = async (length: number): Promise<Buffer> => {
    let all = Buffer.alloc(0);
    while (all.length < length) {
      all = Buffer.concat([all, (await received(viewer).next()).data]);
    }
    return all;
  };
  return { viewer, bytes };
};

const oneDesktop = async () => {
  const desktop = await startDesktop('desk');
  const { direct, proxy } = await runRecipe('One desktop', { '127.0.0.1:5900': desktop.address });
  return { desktop, direct, proxy, through: `ws://${proxy.address}/websockify` };
};

describe('websockify in front of one desktop', () => {
  it.each<{ who: string; options: ViewerOptions }>([
    { who: 'offers nothing', options: {} },
    { who: 'offers binary', options: { protocols: ['binary'] } },
    { who: 'offers base64 and binary', options: { protocols: ['base64', 'binary'] } },
    { who: 'offers compression', options: { perMessageDeflate: true } },
  ])('serves a viewer that $who through the proxy as directly', async ({ options }) => {
    const { desktop, direct, through } = await oneDesktop();
    const story = async (url: string) => {
      const { viewer, bytes } = await open(url, options);
      const greeting = (await bytes(4)).toString();
      const sent = randomBytes(200 * 1024);
      viewer.send(sent);
      const same = sent.equals(await bytes(sent.length));
      (await desktop.connections.next()).end('bye');
      const farewell = (await bytes(3)).toString();
      const { protocol, extensions } = viewer;
      return { protocol, extensions, greeting, same, farewell, close: await closeOf(viewer) };
    };
    const expected = await story(direct);
    expect(expected).toMatchObject({ greeting: 'desk', same: true, farewell: 'bye' });
    expect(expected.close).toEqual({ code: 1000, reason: 'Target closed' });
    expect(await story(through)).toEqual(expected);
  });

  it('is left by a viewer that leaves, with its code, and its slot is free', async () => {
    const { desktop, proxy, through } = await oneDesktop();
    const { viewer, bytes } = await open(through);
    await bytes(4);
    const socket = await desktop.connections.next();
    const ended = once(socket, 'close');
    viewer.close(4000, 'lunch');
    expect(await closeOf(viewer)).toEqual({ code: 4000, reason: 'lunch' });
    await ended;
    expect(await proxy.events.next(named('viewer.left'))).toMatchObject({
      cause: 'viewer-closed',
      viewers: 0,
    });
  });

  it('closes with 1003 for a text and is unavailable to those it refuses, as the page says', async () => {
    const { direct, through } = await oneDesktop();
    const closes = await Promise.all(
      [direct, through].map(async (url) => {
        const { viewer } = await open(url);
        viewer.send('a text');
        return closeOf(viewer);
      }),
    );
    expect(closes[0]).toMatchObject({ code: 1003 });
    expect(closes[1]).toEqual(closes[0]);
    const options = { protocols: ['base64'] };
    await expect(connectViewer(direct, options)).rejects.toBeInstanceOf(HandshakeRefused);
    const refused = await connectViewer(through, options);
    expect(await closeOf(refused)).toEqual({ code: 1011, reason: 'backend unavailable' });
  });

  it('has one cap for all viewers, as the page says', async () => {
    const { desktop, through } = await oneDesktop();
    const viewers = await Promise.all([1, 2, 3, 4].map(() => open(through)));
    await Promise.all(viewers.map(({ bytes }) => bytes(4)));
    const fifth = await connectViewer(through);
    expect(await closeOf(fifth)).toEqual({
      code: 1013,
      reason: 'too many connections for this session',
    });
    expect(desktop.connections.all).toHaveLength(4);
  });
});

const greetingAt = async (url: string, length: number): Promise<string> => {
  const { bytes } = await open(url);
  return (await bytes(length)).toString();
};

describe('websockify in front of many desktops', () => {
  it('finds them by the session in a token file, whatever a viewer adds', async () => {
    const [reception, library] = await Promise.all(
      ['reception', 'library'].map((name) => startDesktop(name)),
    );
    const list = join(await privateDirectory(), 'desktops');
    await writeFile(list, `reception: ${reception!.address}\nlibrary: ${library!.address}\n`);
    const { proxy } = await runRecipe('Many desktops', { '/etc/desktops': list });
    expect(await greetingAt(proxy.url('reception'), 9)).toBe('reception');
    expect(await greetingAt(proxy.url('library'), 7)).toBe('library');
    expect(await greetingAt(proxy.url('library', '?token=reception'), 7)).toBe('library');
    const nowhere = await connectViewer(proxy.url('cellar'));
    expect(await closeOf(nowhere)).toEqual({ code: 1011, reason: 'backend unavailable' });
  });

  it('finds them by the session in a directory of Unix sockets', async () => {
    const directory = await privateDirectory();
    await startDesktop('reception', join(directory, 'reception'));
    const { proxy } = await runRecipe('Many desktops', { '/run/desktops': directory }, 1);
    expect(await greetingAt(proxy.url('reception'), 9)).toBe('reception');
    const nowhere = await connectViewer(proxy.url('cellar'));
    expect(await closeOf(nowhere)).toEqual({ code: 1011, reason: 'backend unavailable' });
  });
});
