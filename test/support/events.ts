/** Saying which event a test waits for. */
import type { ProxyEvent } from '../../src/events.ts';

/** The event of that name. */
export type EventNamed<Name extends ProxyEvent['event']> = Extract<ProxyEvent, { event: Name }>;

/**
 * Matches events of that name whose fields are those of `where`:
 * `events.next(named('viewer.left', { cause: 'evicted' }))`.
 */
export const named =
  <Name extends ProxyEvent['event']>(name: Name, where: Partial<EventNamed<Name>> = {}) =>
  (event: ProxyEvent): event is EventNamed<Name> =>
    event.event === name &&
    Object.entries(where).every(([key, value]) => Reflect.get(event, key) === value);
