/**
 * What operators wanted and did not get is on record too. What they typed is not trusted to be
 * short: whoever speaks on a control link may name anything.
 */
import type { Command, CommandResult } from '../contract.ts';
import type { Board } from './board.ts';

/** As long as the longest session id. */
const MOST_TARGET = 128;
/** Room for the name of a token and, beside it, of who has it. */
const MOST_ACTOR = 200;
const MOST_REASON = 200;

const clip = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1)}…` : text;

const targetOf = (command: Command): string | null => {
  if ('viewer' in command) return command.viewer;
  return 'session' in command ? (command.session ?? null) : null;
};

/** The answer to a command that cannot be done. */
export const refused = (reason: string): CommandResult => ({ ok: false, reason });

/** Records it, where somebody stands for the command: who only asks, leaves nothing. */
export const recordRefusal = (
  board: Pick<Board, 'record'>,
  command: Command,
  reason: string,
): void => {
  if (!('actor' in command)) return;
  const target = targetOf(command);
  board.record({
    event: 'command.refused',
    do: command.do,
    ...(target === null ? {} : { target: clip(target, MOST_TARGET) }),
    actor: clip(command.actor, MOST_ACTOR),
    reason: clip(reason, MOST_REASON),
  });
};
