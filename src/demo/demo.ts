/**
 * The demo around a proxy: sample sessions behind it, sample viewers in front of it, so that a
 * newcomer sees within half a minute what the proxy does and can try every key on it.
 */
import type { Cancel, Clock } from '../clock.ts';
import type { BackendTemplate, ProxyControl, ProxyOptions } from '../contract.ts';
import { startBackends } from './backends.ts';
import { startViewers } from './cast.ts';
import { demoPage } from './page.ts';
import { demoSessions } from './sessions.ts';
import { WHO_HEADER } from './viewers.ts';

/** Sample sessions that listen, and viewers that wait for the proxy. */
export type Demo = {
  /** What the proxy is to dial. */
  readonly backend: BackendTemplate;
  /** How the proxy learns the names of the sample viewers, who come from this machine. */
  readonly naming: Pick<ProxyOptions, 'whoHeader' | 'trustProxies'>;
  /** What the proxy is to serve at `/`. */
  readonly page: string;
  /**
   * How to join, with a browser and with a client of one's own, in one line:
   * `open: http://127.0.0.1:8080/  join: ws://127.0.0.1:8080/ws/clock`.
   */
  readonly join: (address: string) => string;
  /** Sends the viewers to the proxy at `address`; its events feed the `events` session. */
  readonly start: (address: string, control: ProxyControl) => void;
  /** Ends all of it and removes what it left on disk; again: the same end. */
  readonly stop: () => Promise<void>;
};

/** What listens on all addresses is reached by name. */
const reachable = (address: string): string =>
  address.replace(/^(0\.0\.0\.0|\[::\]):/, 'localhost:');

/** Where a session is reached through a proxy at `address`, as clients write it. */
export const viewerUrl = (address: string, session: string): string =>
  address.startsWith('unix:')
    ? `ws+${address}:/ws/${session}`
    : `ws://${reachable(address)}/ws/${session}`;

/** The line that says how to join; no browser opens a Unix socket. */
export const joinLine = (address: string): string => {
  const join = `join: ${viewerUrl(address, 'clock')}`;
  return address.startsWith('unix:') ? join : `open: http://${reachable(address)}/  ${join}`;
};

/** Starts the sessions; rejects if the machine gives them no sockets. */
export const startDemo = async (clock: Clock): Promise<Demo> => {
  const sessions = demoSessions(clock);
  const backends = await startBackends(sessions.all);
  const ends: Cancel[] = [];
  let stopping: Promise<void> | null = null;
  return {
    backend: backends.template,
    naming: { whoHeader: WHO_HEADER, trustProxies: ['127.0.0.0/8', '::1'] },
    page: demoPage(sessions.all.map(({ name }) => name)),
    join: joinLine,
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
