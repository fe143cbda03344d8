/**
 * What `import … from 'wsbouncer'` gives: the proxy as a part of another program. It loads no
 * screen; `wsbouncer/console` does.
 */
export { BouncerError } from './errors.ts';
export { createBouncer } from './library/bouncer.ts';
export type {
  Bouncer,
  BouncerOptions,
  EventName,
  EventOf,
  Hooks,
  Resolve,
} from './library/bouncer.ts';
export type { Duration, Settings, Size } from './library/settings.ts';
export type {
  Command,
  CommandResult,
  Measures,
  ProxyControl,
  SessionId,
  Snapshot,
  View,
  ViewerId,
  ViewerRow,
  Watch,
} from './contract.ts';
export type { ProxyEvent } from './events.ts';
