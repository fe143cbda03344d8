/** Carries out a command to a proxy that runs; the whole way from the order to the exit code. */
import { hostname, userInfo } from 'node:os';
import type { Client, Order } from '../cli/orders.ts';
import type { Clock } from '../clock.ts';
import { BouncerError } from '../errors.ts';
import { actorName } from './actor.ts';
import { NotThere } from './answers.ts';
import { cap, lock } from './doors.ts';
import { drain } from './drain.ts';
import type { Errand, ExitCode } from './errand.ts';
import { events } from './events.ts';
import { evict } from './evict.ts';
import { list } from './list.ts';
import { type OutStream, Outlet } from './outlet.ts';
import { placeFor } from './place.ts';
import { show } from './show.ts';

/** What a command needs of the process. */
export type RemoteParts = {
  readonly stdin: AsyncIterable<unknown>;
  readonly stdout: OutStream;
  readonly stdoutIsTerminal: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly say: (line: string) => void;
  readonly clock: Clock;
};

/** More ids than this on stdin are no list of viewers. */
const MOST_STDIN = 16 * 1024 * 1024;

const readAll = async (stdin: AsyncIterable<unknown>): Promise<string> => {
  let text = '';
  for await (const chunk of stdin) {
    text += String(chunk);
    if (text.length > MOST_STDIN) throw new BouncerError('usage', 'stdin is too long', 'pass ids');
  }
  return text;
};

const carried = (errand: Errand, order: Order): Promise<ExitCode> => {
  switch (order.do) {
    case 'ls':
      return list(errand, order);
    case 'show':
      return show(errand, order);
    case 'evict':
      return evict(errand, order);
    case 'cap':
      return cap(errand, order);
    case 'lock':
    case 'unlock':
      return lock(errand, order);
    case 'drain':
      return drain(errand, order);
    case 'events':
      return events(errand, order);
    default:
      return order satisfies never;
  }
};

const userName = (): string => {
  try {
    return userInfo().username;
  } catch {
    // A container may have no name for its user.
    return `uid-${process.getuid?.() ?? 0}`;
  }
};

/** Who this is, unless the command says it. */
export const ownName = (pid?: number): string => {
  return actorName({ user: userName(), host: hostname(), ...(pid === undefined ? {} : { pid }) });
};

/**
 * Carries it out; what went wrong has been said where this resolves.
 * @throws BouncerError for whatever ends it before it has begun
 */
export const carryOut = async (
  order: Order,
  client: Client,
  { stdin, stdout, stdoutIsTerminal, env, say, clock }: RemoteParts,
): Promise<ExitCode> => {
  const color = stdoutIsTerminal && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
  const around = { env, uid: process.getuid?.() ?? 0 };
  const place = await placeFor(client, around, order.do);
  const asker = { place, actor: client.actor ?? ownName(), timeoutMs: client.timeoutMs };
  const out = new Outlet(stdout, color);
  try {
    const code = await carried({ asker, out, say, clock, readAll: () => readAll(stdin) }, order);
    const failure = await out.failure();
    if (failure === null) return code;
    const remedy = 'make room, or write elsewhere';
    throw new BouncerError('environment', `stdout takes no more (${failure})`, remedy);
  } catch (error) {
    if (!(error instanceof NotThere)) throw error;
    say(`wsbouncer: ${error.message}`);
    return 3;
  }
};
