/**
 * The demo around a proxy: sample sessions behind it, sample viewers in front of it, so that a
 * newcomer sees within half a minute what the proxy does and can try every key on it.
 */
import type { Cancel, Clock } from '../clock.ts';
import type { BackendTemplate, ProxyControl, ProxyOptions } from '../contract.ts';
import { startBackends } from './backends.ts';
import { startViewers } from './cast.ts';
import { demoSessions } from './sessions.ts';
import { WHO_HEADER } from './viewers.ts';

/** Sample sessions that listen, and viewers that wait for the proxy. */
export type Demo = {
  /** What the proxy is to dial. */
  readonly backend: BackendTemplate;
  /** How the proxy learns the names of the sample viewers, who come from this machine. */
  readonly naming: Pick<ProxyOptions, 'whoHeader' | 'trustProxies'>;
  /** How to join with a client of one's own, in one line: `join: ws://127.0.0.1:8080/ws/clock`. */
  readonly join: (address: string) => string;
  /** Sends the viewers to the proxy at `address`; its events feed the `events` session. */
  readonly start: (address: string, control: ProxyControl) => void;
  /** Ends all of it and removes what it left on disk; again: the same end. */
  readonly stop: () => Promise<void>;
};

/** Where a session is reached through a proxy at `address`, as clients write it. */
export const viewerUrl = (address: string, session: string): string =>
  address.startsWith('unix:')
    ? `ws+${address}:/ws/${session}`
    : `ws://${address.replace(/^(0\.0\.0\.0|\[::\]):/, 'localhost:')}/ws/${session}`;

/** Starts the sessions; rejects if the machine gives them no sockets. */
export const startDemo = async (clock: Clock): Promise<Demo> => {
  const sessions = demoSessions(clock);
  const backends = await startBackends(sessions.all);
  const ends: Cancel[] = [];
  let stopping: Promise<void> | null = null;
  return {
    backend: backends.template,
    naming: { whoHeader: WHO_HEADER, trustProxies: ['127.0.0.0/8', '::1'] },
    join: (address) => `join: ${viewerUrl(address, 'clock')}`,
    start: (address, control) => {
      if (stopping !== null) return;
      ends.push(
        control.events(sessions.record),
        startViewers(clock, (session) => viewerUrl(address, session)),
      );
    },
    stop: () => {
      for (const end of ends.splice(0)) end();
      stopping ??= backends.stop();
      return stopping;
    },
  };
};
