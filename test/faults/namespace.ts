/**
 * Another machine on this one: a network namespace whose cable can be pulled or made to swallow
 * everything. Its sockets are opened over there and handed to the test, so that a viewer or a
 * backend of the test's own stands in another network.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../support/child-environment.ts';
import { onCleanup } from '../support/cleanup.ts';
import { within } from '../support/within.ts';
import { type Cable, IP, ip, layCable } from './cable.ts';

const OPENER = fileURLToPath(new URL('opener.ts', import.meta.url));

/** What the opener says; a server comes with its port. */
type Opened = { readonly id: number; readonly error?: string; readonly port?: number };

/** What was opened, as this process has it now. */
type Handed = Opened & { readonly handle: unknown };

/** A network of its own, removed after the test. */
export type FarNetwork = Cable & {
  /** Opens a connection from over there to an address of this machine, with its port. */
  readonly connect: (address: string) => Promise<Socket>;
  /** Listens over there, on a free port. */
  readonly listen: () => Promise<{ readonly server: Server; readonly port: number }>;
  /** A program over there; killed after the test. */
  readonly spawn: (command: string, args: readonly string[]) => ChildProcess;
  /** Takes the far link down: the cable is pulled. Whoever sends is not told. */
  readonly unplug: () => Promise<void>;
  readonly plug: () => Promise<void>;
  /** Both ways, packets go to nobody, while both links are up. */
  readonly swallow: () => Promise<void>;
};

/** Lets the child end by itself, and kills it. */
const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
};

/** Starts what opens sockets over there. */
const startOpener = async ({ name }: Cable) => {
  const command = ['netns', 'exec', name, process.execPath, OPENER];
  const stdio = ['ignore', 'inherit', 'inherit', 'ipc'] as const;
  const child = spawn(IP, command, { env: childEnvironment(), stdio: [...stdio] });
  onCleanup(() => end(child));
  const waits = new Map<number, (opened: Opened, handle: unknown) => void>();
  child.on('message', (opened: Opened, handle) => waits.get(opened.id)?.(opened, handle));
  let id = 0;
  const ask = async (order: object): Promise<Handed> => {
    id += 1;
    const { promise, resolve } = Promise.withResolvers<Handed>();
    waits.set(id, (opened, handle) => resolve({ ...opened, handle }));
    child.send({ id, ...order });
    const answer = await within('a socket from another network', promise);
    if (answer.error !== undefined) throw new Error(`in the other network: ${answer.error}`);
    return answer;
  };
  return ask;
};

/** A neighbour at an address that no interface has: a frame that goes there is passed over. */
const nobody = (address: string) => ['neigh', 'replace', address, 'lladdr', '02:00:00:00:00:fe'];

/** Makes another network. */
export const farNetwork = async (): Promise<FarNetwork> => {
  const cable = await layCable();
  onCleanup(cable.remove);
  const { name, near, far } = cable;
  // To whatever address this machine has on its other cables.
  const findWay = () => ip('-n', name, 'route', 'replace', 'default', 'via', near);
  await findWay();
  const ask = await startOpener(cable);
  return {
    ...cable,
    connect: async (address) => {
      const [host = '', port = ''] = address.split(':');
      const { handle } = await ask({ connect: { host, port: Number(port) } });
      const socket = handle as Socket;
      onCleanup(() => socket.destroy());
      return socket;
    },
    listen: async () => {
      const { handle, port = 0 } = await ask({ listen: { host: far, port: 0 } });
      const server = handle as Server;
      onCleanup(() => server.close());
      return { server, port };
    },
    spawn: (command, args) => {
      const all = ['netns', 'exec', name, command, ...args];
      const child = spawn(IP, all, { env: childEnvironment() });
      onCleanup(() => end(child));
      return child;
    },
    unplug: async () => void (await ip('-n', name, 'link', 'set', 'eth0', 'down')),
    plug: async () => {
      await ip('-n', name, 'link', 'set', 'eth0', 'up');
      await findWay();
    },
    swallow: async () => {
      await ip(...nobody(far), 'nud', 'permanent', 'dev', name);
      await ip('-n', name, ...nobody(near), 'nud', 'permanent', 'dev', 'eth0');
    },
  };
};
