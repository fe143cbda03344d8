/** How proxies under test run, real ones and stand-ins. */
import type { ProxyOptions } from '../../src/contract.ts';

/**
 * The defaults of the command line, but on a free port, and without what holds newcomers: tests
 * that are not about that refuse many from one address.
 */
export const testOptions: Omit<ProxyOptions, 'backend'> = {
  listen: { host: '127.0.0.1', port: 0 },
  backendHost: null,
  path: '/ws/{session}',
  cap: 8,
  maxViewers: 10_000,
  refuseWith: 'close',
  probeOnFullMs: 0,
  refuseHoldMs: 0,
  pingIntervalMs: 15_000,
  pongTimeoutMs: 45_000,
  writeTimeoutMs: 20_000,
  backendPingIntervalMs: 15_000,
  dialTimeoutMs: 10_000,
  maxDials: 256,
  handshakeTimeoutMs: 10_000,
  maxViewerMessage: 256 * 1024,
  maxBackendMessage: 4 * 1024 * 1024,
  allowOrigins: [],
  trustProxies: [],
  whoHeader: null,
  page: null,
};
