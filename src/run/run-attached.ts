/** From `attach`, or from whoever has started a proxy in the background, to the exit code. */
import type { Clock } from '../clock.ts';
import { AttachFront, type AttachTerminal, type AttachWish } from './attach-front.ts';
import { ignoreSuspension, onStopSignals } from './signals.ts';

/** The part of a process that it needs. */
export type AttachProcess = AttachTerminal & {
  readonly say: (line: string) => void;
  readonly clock: Clock;
};

/**
 * Attaches, shows the console until the operator quits or a signal ends it, and gives the exit
 * code. The terminal has been given back by then.
 * @throws BouncerError where nobody can be attached to
 */
export const runAttached = async (
  wish: AttachWish,
  { say, clock, ...terminal }: AttachProcess,
): Promise<0 | 1> => {
  const front = new AttachFront(wish, terminal);
  ignoreSuspension(process);
  onStopSignals(process, clock, () => front.close());
  process.on('uncaughtException', (error) => front.fail(error));
  await front.show(clock);
  const { code, line } = await front.ended;
  say(line);
  return code;
};
