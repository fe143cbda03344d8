/** Saying which event a test waits for. */
import type { SessionId, ViewerId } from '../../src/contract.ts';
import type { ProxyEvent } from '../../src/events.ts';

/** The event of that name. */
export type EventNamed<Name extends ProxyEvent['event']> = Extract<ProxyEvent, { event: Name }>;

/** Some fields of an event; ids may be plain strings. */
type Where<Event> = {
  readonly [Key in keyof Event]?: Event[Key] extends SessionId | ViewerId ? string : Event[Key];
};

/**
 * Matches events of that name whose fields are those of `where`:
 * `events.next(named('viewer.left', { cause: 'evicted' }))`.
 */
export const named =
  <Name extends ProxyEvent['event']>(name: Name, where: Where<EventNamed<Name>> = {}) =>
  (event: ProxyEvent): event is EventNamed<Name> =>
    event.event === name &&
    Object.entries(where).every(([key, value]) => Reflect.get(event, key) === value);
