import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ask, privateFolder } from '../api/ask.ts';
import { parseOpenMetrics, valueOf } from '../metrics/open-metrics.ts';
import { echoBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { eventually } from '../support/process-figures.ts';
import { runProgram, runToEnd } from '../support/program.ts';
import { closeOf, connectViewer, echo } from '../support/viewer.ts';
import { openDesk } from './operator.ts';

/** A scrape as Prometheus does it. */
const scrapeAt = async (socketPath: string) => {
  const { status, headers, text } = await ask({ socketPath }, 'GET', '/metrics');
  expect(status).toBe(200);
  expect(headers['content-type']).toMatch(/^application\/openmetrics-text; version=1\.0\.0/);
  const families = parseOpenMetrics(text);
  return (name: string, labels?: Readonly<Record<string, string>>) =>
    valueOf(families, name, labels);
};

const newSocket = async (): Promise<string> => join(await privateFolder(), 'c.sock');

describe('GET /metrics of the program', () => {
  test('counts what happens from the first viewer on, while it happens', async () => {
    const socketPath = await newSocket();
    const { url } = await echoBackend();
    const options = ['--cap', '2', '--ping-interval', '100ms', '--pong-timeout', '10s'];
    const args = ['--backend', url, '--control', socketPath, ...options];
    const program = await runProgram(args);
    const viewers = [
      await connectViewer(program.url('a')),
      await connectViewer(program.url('a')),
      await connectViewer(program.url('b')),
    ];
    const over = new AbortController();
    const traffic = viewers.map(async (viewer) => {
      while (!over.signal.aborted) await echo(viewer, 'x'.repeat(1000));
    });
    await closeOf(await connectViewer(program.url('a')));
    const first = await scrapeAt(socketPath);
    expect(first('wsbouncer_viewers')).toBe(3);
    expect(first('wsbouncer_admissions_total', { result: 'admitted' })).toBe(3);
    expect(first('wsbouncer_refusals_total', { reason: 'cap' })).toBe(1);
    expect(first('process_open_fds')).toBeGreaterThan(6);
    let more = first;
    await eventually('round trips and turns of the loop', async () => {
      more = await scrapeAt(socketPath);
      const turns = more('wsbouncer_event_loop_delay_seconds_count');
      return more('wsbouncer_ping_rtt_seconds_count') >= 3 && turns > 0;
    });
    const relayed = (value: typeof first): number =>
      value('wsbouncer_relay_bytes_total', { direction: 'to-viewer' });
    expect(relayed(more)).toBeGreaterThan(relayed(first));
    over.abort();
    await Promise.all(traffic);
    expect(await program.stop()).toEqual({ code: 0, signal: null });
  });

  test('answers from the thread of the relay, under the console', async () => {
    const socketPath = await newSocket();
    const desk = await openDesk({ args: ['--control', socketPath] });
    await connectViewer(desk.url('alpha'));
    await desk.until(/alpha +1\/8/);
    const value = await scrapeAt(socketPath);
    expect(value('wsbouncer_viewers')).toBe(1);
    expect(value('wsbouncer_event_loop_busy_seconds_total')).toBeGreaterThan(0);
  });
});

describe('where it is controlled', () => {
  test('stands in the first event', async () => {
    const socketPath = await newSocket();
    const args = ['--backend', (await echoBackend()).url, '--control', socketPath];
    const tcp = ['--control-listen', '127.0.0.1:0'];
    const env = { WSBOUNCER_CONTROL_TOKEN: 'x'.repeat(32) };
    const program = await runProgram([...args, ...tcp], { env });
    const first = program.events.all.find(named('proxy.listening'));
    expect(first).toMatchObject({
      control: socketPath,
      controlListen: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
    });
  });

  test('is nowhere with --control none, and the first event says nothing of it', async () => {
    const args = ['--backend', (await echoBackend()).url, '--control', 'none'];
    const program = await runProgram(args);
    const first = program.events.all.find(named('proxy.listening'));
    expect(Object.keys(first ?? {})).toEqual(['time', 'event', 'address']);
  });

  test('is on the help of the console', async () => {
    const socketPath = await newSocket();
    const desk = await openDesk({ args: ['--control', socketPath], cols: 120, rows: 40 });
    await desk.until(/LIVE/);
    desk.press('?');
    desk.press('/');
    desk.press('control');
    const screen = await desk.until(/This proxy|control {4}\//);
    expect(screen.join('\n')).toContain(`control    ${socketPath}`);
  });

  test('has to be had, or nothing was ever open', async () => {
    const socketPath = await newSocket();
    const args = ['--backend', (await echoBackend()).url, '--control', socketPath];
    await runProgram(args);
    const second = await runToEnd([...args, '--headless', '--listen', '127.0.0.1:0']);
    expect(second.code).toBe(1);
    expect(second.stdout).toBe('');
    expect(second.stderr).toMatch(/^wsbouncer: cannot put the control socket at .*\n$/);
  });
});
