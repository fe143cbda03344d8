/** What is to outlive the terminal, as the options say. */
import type { ControlOptions, EventLogOptions, ListenAddress } from '../contract.ts';
import { readRotation } from './option-event-log.ts';
import { quoted, usageError, type OptionReader } from './option-reader.ts';
import { parseSwitch } from './option-values.ts';

/** How a proxy runs in the background. */
export type BackgroundOptions = {
  /** A console is attached to it, where there is a terminal. */
  readonly attach: boolean;
  /** How much of its events is kept beside the control socket, where no log is named. */
  readonly rotation: Omit<EventLogOptions, 'path'>;
};

/** What it depends on. */
type Around = {
  readonly headless: boolean;
  readonly listen: ListenAddress;
  readonly control: ControlOptions;
  readonly eventLog: EventLogOptions | null;
};

const refuse = (reader: OptionReader, what: string, remedy: string): never => {
  const given = reader.given('background');
  throw usageError(`${given?.label ?? '--background'} ${what}`, remedy);
};

/** Whether it goes to the background at all. */
export const isBackground = (reader: OptionReader): boolean =>
  reader.one('background', parseSwitch, false);

/** Reads whether, and how, the proxy goes to the background; null: it stays. */
export const readBackground = (
  reader: OptionReader,
  { headless, listen, control, eventLog }: Around,
): BackgroundOptions | null => {
  const noAttach = reader.one('no-attach', parseSwitch, false);
  if (!isBackground(reader)) {
    const given = reader.given('no-attach');
    if (given === null || !noAttach) return null;
    throw usageError(
      `${given.label} is about a proxy in the background`,
      'add --background, or leave it out',
    );
  }
  if ('fd' in listen) {
    refuse(
      reader,
      'does not go with a socket that was handed over',
      'leave it out: who hands over a socket keeps the proxy running, too',
    );
  }
  if (control.socketPath === null && eventLog === null) {
    refuse(
      reader,
      `has no place for its log with --control ${quoted('none')}`,
      'name one with --event-log <file>, or leave out --control none',
    );
  }
  const attach = !noAttach && !headless && control.socketPath !== null;
  return { attach, rotation: readRotation(reader) };
};
