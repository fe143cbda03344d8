/** The demo's page in a real browser, in front of the real program and of a proxy in hand. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { ProxyOptions } from '../../src/contract.ts';
import { demoPage } from '../../src/demo/page.ts';
import { echoBackend, silentBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { runProgram } from '../support/program.ts';
import { withProxy } from '../support/proxy.ts';
import { connectViewer } from '../support/viewer.ts';
import { chromiumTabs, EVIL_NAME, networkTo, otherSite } from './chromium.ts';

const openTab = chromiumTabs();

const CAP = 4;
const FULL = 'code 1013, “too many connections for this session”';
const MINUTE_MS = 60_000;

/** What the page shows. */
const shown = async (page: Page) => {
  const text = (id: string) => page.locator(`#${id}`).textContent();
  const button = page.getByRole('button');
  return {
    headline: await text('headline'),
    why: await text('why'),
    said: await text('said'),
    plan: await text('plan'),
    connections: Number(await text('connections')),
    refused: Number(await text('refusals')),
    button: (await button.isVisible()) ? await button.textContent() : null,
  };
};

const until = async (page: Page, headline: string, ms = 10_000): Promise<void> => {
  const heading = page.getByRole('heading', { name: headline, exact: true });
  await heading.waitFor({ timeout: ms });
};

/** A tab that has opened the page at this address. */
const visit = async (address: string, session: string) => {
  const tab = await openTab();
  await tab.page.goto(`http://${address}/?session=${session}`);
  return tab;
};

/** A tab whose time stands still but for `page.clock`, and whose chance is always the same. */
const visitInStillTime = async (address: string, session: string) => {
  const tab = await openTab();
  await tab.page.clock.install({ time: 0 });
  await tab.page.clock.pauseAt(1_000);
  await tab.page.addInitScript('Math.random = () => 0.5;');
  await tab.page.goto(`http://${address}/?session=${session}`);
  return tab;
};

/** A proxy in this process that serves the page, in front of sessions that say `hello`. */
const withPage = async (options: Partial<ProxyOptions> = {}) => {
  const backend = await echoBackend();
  const greeting = backend.connections;
  const proxy = await withProxy({
    backend: backend.template,
    page: demoPage(['clock', 'echo']),
    ...options,
  });
  const greet = async (text = 'hello') => {
    const { ws } = await greeting.next();
    ws.send(text);
    return ws;
  };
  return { ...proxy, backend, greet };
};

describe('the demo in a browser', () => {
  it('shows the one tab too many why, and lets it in when another tab closes', async () => {
    const demo = await runProgram(['demo']);
    // One of the sample viewers is there for good.
    await demo.events.next(named('viewer.admitted', { session: 'events', who: 'audit' }));
    const tabs = [];
    while (tabs.length < CAP - 1) {
      const { page } = await visit(demo.address, 'events');
      await until(page, 'Live');
      tabs.push(page);
    }
    const { page, console } = await visit(demo.address, 'events');
    await until(page, 'Refused');
    const refused = await shown(page);
    expect(refused).toMatchObject({ said: FULL, button: 'Try now' });
    expect(refused.why).toContain('as many viewers as it takes');
    expect(refused.plan).toMatch(/^Tries again in [12] s\.$/);
    await demo.events.next(named('viewer.refused', { session: 'events', cause: 'cap' }));
    for (const tab of tabs) expect((await shown(tab)).headline).toBe('Live');

    await tabs[0]!.close();
    await until(page, 'Live', 30_000);
    const inside = await shown(page);
    expect(inside).toMatchObject({ said: '', plan: '', button: null });
    expect(inside.connections).toBeGreaterThan(1);
    await page.getByText('"event":"viewer.').first().waitFor();
    // The policy, the handshakes and the script itself have nothing to complain of.
    expect(console.all).toEqual([]);
  });

  it('refuses the ninth tab where the cap is eight, and the eight stay live', async () => {
    const demo = await runProgram(['demo', '--cap', '8']);
    const tabs: Page[] = [];
    while (tabs.length < 7) {
      const { page } = await visit(demo.address, 'echo');
      await until(page, 'Live');
      tabs.push(page);
    }
    // The eighth slot is that of a sample viewer, who stays for 20 s and is then away for 5 s.
    const { page: eighth } = await openTab();
    const settled = eighth.getByRole('heading', { name: /^(Live|Refused)$/ });
    const pat = named('viewer.left', { session: 'echo', who: 'pat' });
    do {
      await demo.events.next(pat, 'pat leaves', { ms: 25_000 });
      await eighth.goto(`http://${demo.address}/?session=echo`);
      await settled.waitFor();
    } while ((await settled.textContent()) !== 'Live');
    tabs.push(eighth);
    const { page: ninth, console } = await visit(demo.address, 'echo');
    await until(ninth, 'Refused');
    const { said, why, button } = await shown(ninth);
    expect([said, button]).toEqual([FULL, 'Try now']);
    expect(why).toContain('as many viewers as it takes');
    for (const tab of tabs) {
      expect(await shown(tab)).toMatchObject({ headline: 'Live', said: '' });
    }
    expect(console.all).toEqual([]);
  });

  it('starts with the clock, and leads to the other sessions', async () => {
    const demo = await runProgram(['demo']);
    const { page, console } = await openTab();
    await page.goto(`http://${demo.address}/`);
    await until(page, 'Live');
    await page
      .getByText(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/m)
      .first()
      .waitFor();
    await page.getByRole('link', { name: 'echo', exact: true }).click();
    await page.getByText('echo: what you say comes back').waitFor();
    expect(new URL(page.url()).search).toBe('?session=echo');
    await page.goto(`http://${demo.address}/?session=nowhere`);
    await until(page, 'No session');
    expect((await shown(page)).said).toBe('code 1011, “backend unavailable”');
    expect(console.all).toEqual([]);
  });
});

describe('the page', () => {
  it('evicted by the operator says so, and comes back only by its button', async () => {
    const proxy = await withPage();
    const { page } = await visitInStillTime(proxy.address, 'clock');
    await proxy.greet();
    await until(page, 'Live');
    const { viewer } = await proxy.events.next(named('viewer.admitted'));
    const evict = { do: 'evict', viewer, actor: 'test', reason: 'it loops' } as const;
    expect(await proxy.control.command(evict)).toMatchObject({ ok: true });
    await until(page, 'Evicted');
    const evicted = {
      why: 'An operator ended this connection: it loops.',
      said: 'code 1008, “evicted by operator: it loops”',
      plan: 'This page does not come back by itself.',
      connections: 1,
      button: 'Come back',
    };
    expect(await shown(page)).toMatchObject(evicted);
    await page.evaluate(`dispatchEvent(new Event('online'))`);
    await page.clock.fastForward(10 * MINUTE_MS);
    expect(await shown(page)).toMatchObject(evicted);
    await page.getByRole('button', { name: 'Come back' }).click();
    await proxy.greet();
    await until(page, 'Live');
    expect((await shown(page)).connections).toBe(2);
  });

  it('refused waits longer each time, whoever looks at it meanwhile', async () => {
    const proxy = await withPage({ cap: 1 });
    await connectViewer(proxy.url('clock'));
    const { page } = await visitInStillTime(proxy.address, 'clock');
    for (const seconds of [2, 3, 5, 9, 17, 31, 31]) {
      await proxy.events.next(named('viewer.refused'));
      await until(page, 'Refused');
      const { said, plan, connections } = await shown(page);
      expect([said, plan]).toEqual([FULL, `Tries again in ${seconds} s.`]);
      await page.evaluate(`dispatchEvent(new Event('online'))`);
      await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
      await page.clock.runFor(999);
      expect(await shown(page)).toMatchObject({
        headline: 'Refused',
        plan: `Tries again in ${seconds - 1} s.`,
        connections,
      });
      await page.clock.fastForward(MINUTE_MS);
    }
  });

  it('cut off waits a second at least, and no longer once somebody looks at it', async () => {
    const proxy = await withPage();
    const network = await networkTo(proxy.address);
    const { page } = await visitInStillTime(network.address, 'clock');
    await proxy.greet();
    await until(page, 'Live');
    network.cut();
    // Four tries come to nothing: it would wait for a quarter of a minute now.
    for (let made = 1; made <= 4; made += 1) {
      await page.getByText(/^Tries again in \d+ s\.$/).waitFor();
      expect(await shown(page)).toMatchObject({ headline: 'No connection', connections: made });
      await page.clock.fastForward(MINUTE_MS);
    }
    await page.getByText(/^Tries again in \d+ s\.$/).waitFor();
    network.mend();
    await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
    await page.clock.runFor(900);
    expect((await shown(page)).connections).toBe(5);
    await page.clock.runFor(100);
    await proxy.greet();
    await until(page, 'Live');
    expect((await shown(page)).connections).toBe(6);
  });

  it('does not try while there is no network, and does when it is back', async () => {
    const proxy = await withPage();
    const network = await networkTo(proxy.address);
    const { page } = await visit(network.address, 'clock');
    await proxy.greet();
    await until(page, 'Live');
    await page.context().setOffline(true);
    network.cut();
    await page.getByText('Tries again when the network is back.').waitFor();
    expect(await shown(page)).toMatchObject({ said: 'code 1006', connections: 1 });
    network.mend();
    await page.context().setOffline(false);
    await proxy.greet();
    await until(page, 'Live');
    expect((await shown(page)).connections).toBe(2);
  });

  it('shows the last frames as text, whatever is in them, and binary ones by length', async () => {
    const proxy = await withPage();
    const session = '%3Cimg%20src=x%20onerror=alert(1)%3E';
    const { page, console } = await visit(proxy.address, 'echo');
    const backend = await proxy.greet();
    await until(page, 'Live');
    for (let number = 1; number <= 50; number += 1) backend.send(`line ${number}`);
    backend.send('<img src=x onerror=alert(1)>');
    backend.send('x'.repeat(100_000));
    backend.send(Buffer.alloc(65_536));
    await page.getByText('(binary, 65536 bytes)').waitFor();
    const lines = ((await page.locator('#lines').textContent()) ?? '').split('\n');
    expect(lines).toHaveLength(12);
    expect(lines.slice(-4)).toEqual([
      'line 50',
      '<img src=x onerror=alert(1)>',
      `${'x'.repeat(240)}…`,
      '(binary, 65536 bytes)',
    ]);
    await page.goto(`http://${proxy.address}/?session=${session}`);
    await until(page, 'No connection');
    expect(await page.locator('#session').textContent()).toBe('<img src=x onerror=alert(1)>');
    expect(await page.locator('img').count()).toBe(0);
    // The proxy has told the browser what is wrong with the id, and the page has run no script.
    expect(console.all.filter((line) => !line.includes('response code: 400'))).toEqual([]);
  });

  it('runs no script but its own', async () => {
    const proxy = await withPage({ backend: (await silentBackend()).template });
    const { page, console } = await visit(proxy.address, 'clock');
    await until(page, 'Open');
    await page.evaluate(`{
      const script = document.createElement('script');
      script.textContent = 'document.title = "taken over"';
      document.body.append(script);
    }`);
    await console.next((line) => line.includes('Content Security Policy'));
    expect(await page.title()).toBe('Open: clock');
  });
});

describe('a page that has no business here', () => {
  it('of another origin is refused with 403, and reads 1006', async () => {
    const proxy = await withPage();
    const { page, console } = await openTab();
    await page.goto(await otherSite());
    const code = await page.evaluate(
      (url) => new Promise((resolve) => (new WebSocket(url).onclose = ({ code }) => resolve(code))),
      proxy.url('clock'),
    );
    expect(code).toBe(1006);
    await console.next((line) => line.includes('Unexpected response code: 403'));
    expect(proxy.backend.connections.all).toEqual([]);
  });

  it('whose name was made to resolve to loopback is refused with 403, though it is same-origin', async () => {
    const proxy = await withPage();
    const port = new URL(`http://${proxy.address}`).port;
    const { page, console } = await visit(`${EVIL_NAME}:${port}`, 'clock');
    await until(page, 'No connection');
    expect(await shown(page)).toMatchObject({ said: 'code 1006' });
    await console.next((line) => line.includes('Unexpected response code: 403'));
    expect(proxy.backend.connections.all).toEqual([]);
  });
});
