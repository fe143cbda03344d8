/**
 * The sample sessions and what they carry. It is plain text and it is real (the machine, the
 * time, the proxy's own events), so that whoever joins with a client of his own sees it move.
 */
import type { WebSocket } from 'ws';
import type { Cancel, Clock } from '../clock.ts';
import type { ProxyEvent } from '../events.ts';
import { Audience, sendBack, textOf } from './audience.ts';
import { pour } from './firehose.ts';
import { coreLines, loadLine } from './machine.ts';

/** One sample session, whatever serves it. */
export type Session = {
  readonly name: string;
  /** Takes one viewer's connection on. */
  readonly serve: (socket: WebSocket) => void;
  readonly stop: Cancel;
};

/** The sessions, and where the proxy's events go in. */
export type Sessions = {
  readonly all: readonly Session[];
  readonly record: (event: ProxyEvent) => void;
};

/** Events that a newcomer to `events` is told at once. */
const REMEMBERED_EVENTS = 20;

/** Says a line to everyone at each tick while somebody is there, and to a newcomer at once. */
const ticking = (clock: Clock, name: string, everyMs: number, line: () => string): Session => {
  const audience = new Audience();
  const stop = clock.every(everyMs, () => {
    if (audience.size > 0) audience.tell(line());
  });
  const serve = (socket: WebSocket): void => {
    audience.add(socket);
    socket.send(line());
  };
  return { name, serve, stop };
};

const echo: Session = {
  name: 'echo',
  serve: (socket) => {
    socket.send('echo: what you say comes back');
    sendBack(socket);
  },
  stop: () => undefined,
};

/** What one says, all hear; and every other second, how many are there. */
const lobby = (clock: Clock): Session => {
  const audience = new Audience();
  const here = (): string => `${clock.date().toISOString()} ${audience.size} here`;
  const stop = clock.every(2000, () => audience.tell(here()));
  const serve = (socket: WebSocket): void => {
    audience.add(socket);
    socket.send(here());
    socket.on('message', (data, binary) => {
      if (!binary) audience.tell(textOf(data));
    });
  };
  return { name: 'lobby', serve, stop };
};

const firehose = (clock: Clock): Session => {
  const running = new Set<Cancel>();
  const serve = (socket: WebSocket): void => {
    const stop = pour(clock, socket);
    running.add(stop);
    socket.on('close', () => running.delete(stop));
  };
  const stop = (): void => {
    for (const end of running) end();
  };
  return { name: 'firehose', serve, stop };
};

/** All sample sessions; they run until each one's `stop`. */
export const demoSessions = (clock: Clock): Sessions => {
  const watchers = new Audience();
  const told: string[] = [];
  const events: Session = {
    name: 'events',
    serve: (socket) => {
      watchers.add(socket);
      for (const line of told) socket.send(line);
    },
    stop: () => undefined,
  };
  const time = (): string => clock.date().toISOString();
  return {
    all: [
      ticking(clock, 'load', 1000, loadLine),
      ticking(clock, 'cores', 500, coreLines()),
      ticking(clock, 'clock', 250, time),
      events,
      echo,
      lobby(clock),
      firehose(clock),
    ],
    record: (event) => {
      const line = JSON.stringify(event);
      told.push(line);
      if (told.length > REMEMBERED_EVENTS) told.shift();
      watchers.tell(line);
    },
  };
};
