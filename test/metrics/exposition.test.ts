import { describe, expect, it } from 'vitest';
import { completed } from '../../src/metrics/exposition.ts';
import { createMetrics } from '../../src/metrics/metrics.ts';
import { codeLabel, CODES } from '../../src/metrics/labels.ts';
import { echoBackend } from '../support/backends.ts';
import { onCleanup } from '../support/cleanup.ts';
import { connectViewer, echo } from '../support/viewer.ts';
import { measuredProxy, scrape } from './measured-proxy.ts';
import { parseOpenMetrics } from './open-metrics.ts';

const idle = () => {
  const metrics = createMetrics('1.2.3');
  onCleanup(metrics.close);
  return metrics;
};

describe('the exposition', () => {
  it('is OpenMetrics: each family with its type, help and unit, and an end', async () => {
    const { contentType, text } = await idle().metrics();
    expect(contentType).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    const families = parseOpenMetrics(text);
    for (const { name, type, help, unit } of families.values()) {
      expect(['counter', 'gauge', 'histogram']).toContain(type);
      expect(help).toMatch(/^[A-Z0-9].*\.$/);
      expect([name, unit]).toEqual([name, /_(seconds|bytes)$/.exec(name)?.[1] ?? null]);
    }
  });

  it('has the families that the README names, with these types and labels', async () => {
    const { families } = await scrape(idle());
    const shape = [...families.values()].map(({ name, type, samples }) => {
      const labels = new Set(samples.flatMap((sample) => [...sample.labels.keys()]));
      return `${name} ${type} ${[...labels].join(',')}`.trim();
    });
    expect(shape.toSorted()).toEqual([
      'nodejs_external_memory_bytes gauge',
      'nodejs_heap_size_used_bytes gauge',
      'process_cpu_seconds counter',
      'process_open_fds gauge',
      'process_resident_memory_bytes gauge',
      'process_start_time_seconds gauge',
      'wsbouncer_admissions counter result',
      'wsbouncer_backend_dial_seconds histogram le,result',
      'wsbouncer_build_info gauge version,node',
      'wsbouncer_cap gauge',
      'wsbouncer_closes counter side,code',
      'wsbouncer_descriptors_exhausted gauge',
      'wsbouncer_draining gauge',
      'wsbouncer_event_log_failing gauge',
      'wsbouncer_event_loop_busy_seconds counter',
      'wsbouncer_event_loop_delay_seconds histogram le',
      'wsbouncer_events_dropped counter reader',
      'wsbouncer_evictions counter reason',
      'wsbouncer_leaves counter reason',
      'wsbouncer_locked gauge',
      'wsbouncer_max_viewers gauge',
      'wsbouncer_newcomers_held gauge',
      'wsbouncer_ping_rtt_seconds histogram le',
      'wsbouncer_queue_bytes gauge',
      'wsbouncer_refusals counter reason',
      'wsbouncer_relay_bytes counter direction',
      'wsbouncer_relay_messages counter direction',
      'wsbouncer_sessions gauge',
      'wsbouncer_sessions_at_cap gauge',
      'wsbouncer_sessions_locked gauge',
      'wsbouncer_sessions_over_cap gauge',
      'wsbouncer_viewer_lifetime_seconds histogram le',
      'wsbouncer_viewers gauge',
      'wsbouncer_viewers_by_state gauge state',
    ]);
  });

  it('has every series from the start, whoever comes and whatever it is called', async () => {
    const { proxy, metrics } = await measuredProxy({ backend: (await echoBackend()).template });
    const seriesIn = async (): Promise<readonly string[]> => {
      const { text } = await metrics.metrics();
      return text.split('\n').map((line) => line.replace(/ \S+$/, ''));
    };
    const before = await seriesIn();
    for (const session of ['a', 'zebra-session', 'le']) {
      await echo(await connectViewer(proxy.url(session)), 'hello');
    }
    const after = await seriesIn();
    expect(after).toEqual(before);
    expect(after.join('\n')).not.toContain('zebra');
  });

  it('says which version runs, on which Node', async () => {
    const { value } = await scrape(idle());
    expect(value('wsbouncer_build_info', { version: '1.2.3', node: process.version })).toBe(1);
  });

  it('shows what the process uses', async () => {
    const { value } = await scrape(idle());
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
    expect(value('process_cpu_seconds_total')).toBeGreaterThan(0);
    expect(Math.abs(value('process_start_time_seconds') - Date.now() / 1_000)).toBeLessThan(3_600);
    expect(value('process_open_fds')).toBeGreaterThan(process.platform === 'linux' ? 3 : -1);
  });

  it('counts what others dropped, by who missed it', async () => {
    const metrics = idle();
    metrics.dropped('stdout', 3);
    metrics.dropped('stream', 1);
    metrics.dropped('stdout', 2);
    const time = '2026-01-01T00:00:00.000Z';
    metrics.observe({ time, event: 'log.recovered', lost: 7 });
    const { value } = await scrape(metrics);
    const dropped = (reader: string) => value('wsbouncer_events_dropped_total', { reader });
    expect(['stdout', 'stream', 'log'].map(dropped)).toEqual([5, 1, 7]);
  });

  it('says when the process has no descriptor left, and when it has again', async () => {
    const metrics = idle();
    const time = '2026-01-01T00:00:00.000Z';
    const exhausted = async () => (await scrape(metrics)).value('wsbouncer_descriptors_exhausted');
    metrics.observe({ time, event: 'descriptors.exhausted' });
    expect(await exhausted()).toBe(1);
    metrics.observe({ time, event: 'descriptors.recovered', exhaustedMs: 5 });
    expect(await exhausted()).toBe(0);
  });
});

describe('the label of a close code', () => {
  it('is one of a small set, whatever the code', () => {
    const known = new Set(CODES);
    for (let code = 0; code <= 65_535; code += 1)
      expect(known.has(codeLabel(code, true))).toBe(true);
    expect(codeLabel(1013, true)).toBe('1013');
    expect(codeLabel(1007, true)).toBe('1xxx');
    expect(codeLabel(3999, true)).toBe('3xxx');
    expect(codeLabel(4000, true)).toBe('4xxx');
    expect(codeLabel(undefined, true)).toBe('empty');
    expect(codeLabel(undefined, false)).toBe('none');
  });
});

describe('what prom-client leaves out', () => {
  it('is added, and nothing else is changed', () => {
    const help = '# HELP a_seconds Says le="1" and # TYPE b_bytes gauge.';
    const text = [
      help,
      '# TYPE a_seconds histogram',
      'a_seconds_bucket{le="1"} 2',
      'a_seconds_bucket{le="0.5",x="y"} 1',
      'a_seconds_bucket{x="y",le="10"} 1',
      '# TYPE c gauge',
      'c{file="le=\\"5\\""} 1',
      '# EOF\n',
    ].join('\n');
    expect(completed(text).split('\n')).toEqual([
      help,
      '# TYPE a_seconds histogram',
      '# UNIT a_seconds seconds',
      'a_seconds_bucket{le="1.0"} 2',
      'a_seconds_bucket{le="0.5",x="y"} 1',
      'a_seconds_bucket{x="y",le="10.0"} 1',
      '# TYPE c gauge',
      'c{file="le=\\"5\\""} 1',
      '# EOF',
      '',
    ]);
  });
});
