/** Debian's Chromium, driven through the devtools protocol. One browser serves a test file. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { onCleanup } from '../support/cleanup.ts';
import { Inbox } from '../support/inbox.ts';
import { patienceMs } from '../support/within.ts';
import { CHROMIUM } from './packages.ts';

/** A name that only this browser resolves, and to loopback: what DNS rebinding comes to. */
export const EVIL_NAME = 'evil.example';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  `--host-resolver-rules=MAP ${EVIL_NAME} 127.0.0.1`,
];

/** An open tab. */
export type Tab = {
  readonly page: Page;
  /** What the browser itself says on its console, policy and handshake errors before all. */
  readonly console: Inbox<string>;
};

/** Opens a tab of a profile of its own. */
export type OpenTab = () => Promise<Tab>;

/** Starts a browser before the tests of this file, and ends it after them; tabs end with a test. */
export const chromiumTabs = (): OpenTab => {
  let browser: Browser;
  beforeAll(async () => {
    // The profile is a fresh directory, which goes with the browser.
    browser = await chromium.launch({ executablePath: CHROMIUM, args: flags });
  });
  afterAll(() => browser.close());
  return async () => {
    const context: BrowserContext = await browser.newContext();
    onCleanup(() => context.close());
    context.setDefaultTimeout(patienceMs);
    const page = await context.newPage();
    const console = new Inbox<string>('lines of the browser console', (line) => line);
    page.on('console', (line) => console.push(line.text()));
    page.on('pageerror', (error) => console.push(`page error: ${error.message}`));
    return { page, console };
  };
};

/** The address of a site of another origin, with one empty page. */
export const otherSite = async (): Promise<string> => {
  const server = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>other</title>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onCleanup(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

/** A network between a browser and a proxy, for being cut. */
export type Network = {
  readonly address: string;
  /** Ends all connections without a word, and takes no new one until `mend`. */
  readonly cut: () => void;
  readonly mend: () => void;
};

/** Passes on to `address` what comes. */
export const networkTo = async (address: string): Promise<Network> => {
  const [host = '', port] = address.split(':');
  const ends = new Set<Socket>();
  let whole = true;
  const cut = (): void => {
    whole = false;
    for (const end of ends) end.destroy();
  };
  const server = createTcpServer((near) => {
    if (!whole) {
      near.destroy();
      return;
    }
    const far = connect(Number(port), host);
    for (const end of [near, far]) {
      ends.add(end);
      end.on('error', () => undefined);
      end.on('close', () => {
        ends.delete(end);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onCleanup(() => {
    cut();
    server.close();
  });
  const mend = (): void => {
    whole = true;
  };
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, cut, mend };
};
