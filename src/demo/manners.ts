/**
 * How a sample viewer behaves while it is connected: which Pings it answers and how late, when
 * it stops reading, what it says, how long it stays. Whatever depends on the proxy's intervals
 * is counted in Pings, so that it holds whatever they are.
 */
import type { WebSocket } from 'ws';
import type { Cancel, Clock } from '../clock.ts';
import { MOST_KIB_PER_S, USUAL_KIB_PER_S } from './firehose.ts';

/** Makes one connection behave; set up before it is open, and called off when it has ended. */
export type Manner = (socket: WebSocket, clock: Clock) => Cancel;

/** After how many milliseconds the n-th Ping, from 1 on, is answered; null: never. */
export type Answers = (ping: number) => number | null;

/** A path with this round trip, which wavers by up to a quarter as real ones do. */
export const steadily =
  (rttMs: number): Answers =>
  (ping) =>
    rttMs * (1 + Math.sin(ping * 2.4) / 4);

/** Answers the first Pings and then none, as a machine that went to sleep. */
export const fallingSilentAfter =
  (pings: number, answers: Answers): Answers =>
  (ping) =>
    ping <= pings ? answers(ping) : null;

/** Leaves out every n-th Ping, as a train in a tunnel. */
export const missingEvery =
  (pings: number, answers: Answers): Answers =>
  (ping) =>
    ping % pings === 0 ? null : answers(ping);

/** Answers Pings that way. */
export const answering =
  (answers: Answers): Manner =>
  (socket, clock) => {
    const pending = new Set<Cancel>();
    let pings = 0;
    socket.on('ping', (payload) => {
      pings += 1;
      const delayMs = answers(pings);
      if (delayMs === null) return;
      const cancel = clock.after(delayMs, () => {
        pending.delete(cancel);
        socket.pong(payload);
      });
      pending.add(cancel);
    });
    return () => {
      for (const cancel of pending) cancel();
    };
  };

/** Says something at an even pace. */
export const saying =
  (everyMs: number, words: () => string): Manner =>
  (socket, clock) => {
    let stop: Cancel | null = null;
    socket.on('open', () => {
      stop = clock.every(everyMs, () => socket.send(words()));
    });
    return () => stop?.();
  };

/** Leaves politely after a while. */
export const staying =
  (ms: number): Manner =>
  (socket, clock) => {
    let stop: Cancel | null = null;
    socket.on('open', () => {
      stop = clock.after(ms, () => socket.close(1000, 'seen enough'));
    });
    return () => stop?.();
  };

/**
 * For a viewer of the firehose: answers two Pings, asks for the highest pace and reads nothing
 * for `ms`, as a tab whose script hangs. It learns only then whether it was cut off meanwhile;
 * if not, it reads on.
 */
export const hangingFor =
  (ms: number): Manner =>
  (socket, clock) => {
    let pings = 0;
    let wake: Cancel | null = null;
    socket.on('ping', (payload) => {
      pings += 1;
      // Answered just before, so that the next Ping finds the buffers full and is not missed.
      socket.pong(payload);
      if (pings !== 2) return;
      socket.send(String(MOST_KIB_PER_S));
      socket.pause();
      wake = clock.after(ms, () => {
        pings = 0;
        socket.send(String(USUAL_KIB_PER_S));
        socket.resume();
      });
    });
    return () => wake?.();
  };

/** All of these at once. */
export const together =
  (...manners: readonly Manner[]): Manner =>
  (socket, clock) => {
    const ends = manners.map((manner) => manner(socket, clock));
    return () => {
      for (const end of ends) end();
    };
  };
