/**
 * An event as a line of JSON. What goes to stdout and into the log in the same turn is made into
 * text once: in a storm that is a good part of what an event costs.
 */
import type { ProxyEvent } from '../events.ts';

let last: ProxyEvent | null = null;
let line = '';

/** The line of an event, with its line break. */
export const lineOf = (event: ProxyEvent): string => {
  if (event !== last) {
    line = `${JSON.stringify(event)}\n`;
    last = event;
  }
  return line;
};
