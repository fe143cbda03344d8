/** Where a proxy in the background keeps its events, and what it says of its place. */
import { resolve } from 'node:path';
import type { Parsed } from '../cli/options.ts';
import type { EventLogOptions } from '../contract.ts';
import type { BackgroundPlace } from './background-child.ts';
import type { KeptEvents } from './kept-events.ts';
import type { Launched } from './launch.ts';

/** The log that was named; a proxy in the background leaves the directory it was named in. */
export const namedLog = ({
  eventLog,
  background,
}: Pick<Parsed, 'eventLog' | 'background'>): EventLogOptions | null =>
  eventLog === null || background === null
    ? eventLog
    : { ...eventLog, path: resolve(eventLog.path) };

/** Where events go that nobody named a log for: `8080.log` beside `8080.sock`. */
const logBeside = (socketPath: string): string => `${socketPath.replace(/\.sock$/, '')}.log`;

/** Where it is found. */
export const placeOf = (
  parsed: Pick<Parsed, 'eventLog' | 'background'>,
  { control, join }: Pick<Launched, 'control' | 'join'>,
): BackgroundPlace => {
  const { address, doors } = control;
  const socketPath = doors?.socketPath ?? null;
  // Without a socket the options demand that a log is named.
  const log = namedLog(parsed)?.path ?? logBeside(socketPath ?? '');
  return { address, socketPath, log, join };
};

/** Opens the log that nobody named; where that fails, none runs, and it rejects with the reason. */
export const openOwnLog = async (
  parsed: Pick<Parsed, 'eventLog' | 'background'>,
  launched: Launched,
  events: KeptEvents,
): Promise<void> => {
  if (parsed.background === null || parsed.eventLog !== null) return;
  try {
    await events.openAt({ path: placeOf(parsed, launched).log, ...parsed.background.rotation });
  } catch (error) {
    await launched.stop(true, null);
    throw error;
  }
};
