/** What is shipped for those who scrape, held against what the program itself answers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ask, privateFolder } from '../api/ask.ts';
import { echoBackend } from '../support/backends.ts';
import { runProgram } from '../support/program.ts';
import { closeOf, connectViewer, echo } from '../support/viewer.ts';
import { type Family, parseOpenMetrics } from './open-metrics.ts';
import { readPromQl } from './promql.ts';

type Rule = {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
};

type Panel = {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: unknown;
  readonly gridPos: {
    readonly h: number;
    readonly w: number;
    readonly x: number;
    readonly y: number;
  };
  readonly targets?: readonly {
    readonly refId: string;
    readonly expr: string;
    readonly legendFormat: string;
    readonly datasource: unknown;
  }[];
};

const read = (file: string): string =>
  readFileSync(new URL(`../../deploy/${file}`, import.meta.url), 'utf8');

const alerts = parse(read('prometheus-alerts.yml'), { strict: true }) as {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
};
const rules = alerts.groups.flatMap((group) => group.rules);

const dashboard = JSON.parse(read('grafana-dashboard.json')) as {
  readonly title: string;
  readonly uid: string;
  readonly schemaVersion: number;
  readonly time: unknown;
  readonly templating: {
    readonly list: readonly {
      readonly name: string;
      readonly type: string;
      readonly query: string | { readonly query: string };
    }[];
  };
  readonly panels: readonly Panel[];
};
const rows = dashboard.panels.filter(({ type }) => type === 'row');
const panels = dashboard.panels.filter(({ type }) => type !== 'row');
const targets = panels.flatMap(({ title, targets = [] }) =>
  targets.map((target) => ({ title, target })),
);

/** What Grafana puts in for its variables. */
const filledIn = (expr: string): string =>
  expr.replaceAll('$__rate_interval', '1m').replaceAll('$instance', '.*');

/** Prometheus itself adds these to whatever it scrapes. */
const ADDED = ['instance', 'job'];
const PROMETHEUS_OWN = new Map([['up', new Map<string, Set<string>>()]]);

/** Names of samples, their labels, and the values of each. */
const namesIn = (families: Iterable<Family>): Map<string, Map<string, Set<string>>> => {
  const names = new Map(PROMETHEUS_OWN);
  for (const { samples } of families) {
    for (const { name, labels } of samples) {
      const known = names.get(name) ?? new Map<string, Set<string>>();
      names.set(name, known);
      for (const [label, value] of labels) {
        known.set(label, (known.get(label) ?? new Set()).add(value));
      }
    }
  }
  return names;
};

let exported = new Map<string, Map<string, Set<string>>>();

/** What in an expression the proxy does not export. */
const unknownIn = (expr: string): readonly string[] => {
  const { selectors, grouping } = readPromQl(filledIn(expr));
  const problems = selectors.flatMap(({ metric, matchers }) => {
    const labels = exported.get(metric);
    if (labels === undefined) return [`no metric ${metric}`];
    return matchers.flatMap(({ label, op, value }) => {
      if (ADDED.includes(label)) return [];
      const values = labels.get(label);
      if (values === undefined) return [`no label ${label} on ${metric}`];
      const wanted = op.includes('~') ? value.split('|') : [value];
      return wanted.filter((one) => !values.has(one)).map((one) => `no ${label}="${one}"`);
    });
  });
  return [...problems, ...grouping.filter((label) => !labelsOf(expr).has(label))];
};

/** The labels that a result of the expression may have. */
const labelsOf = (expr: string): ReadonlySet<string> => {
  const labels = new Set(ADDED);
  for (const { metric } of readPromQl(filledIn(expr)).selectors) {
    for (const label of exported.get(metric)?.keys() ?? []) labels.add(label);
  }
  return labels;
};

beforeAll(async () => {
  const socketPath = join(await privateFolder(), 'c.sock');
  const args = ['--backend', (await echoBackend()).url, '--cap', '1', '--control', socketPath];
  const program = await runProgram(args);
  await echo(await connectViewer(program.url('a')), 'hello');
  await closeOf(await connectViewer(program.url('a')));
  const { text } = await ask({ socketPath }, 'GET', '/metrics');
  exported = namesIn(parseOpenMetrics(text).values());
});

describe('the check of expressions', () => {
  it.each([
    ['wsbouncer_viewrs', 'no metric wsbouncer_viewrs'],
    ['wsbouncer_refusals_total{resaon="cap"}', 'no label resaon on wsbouncer_refusals_total'],
    ['wsbouncer_refusals_total{reason="full"}', 'no reason="full"'],
    ['wsbouncer_refusals_total{reason=~"cap|full"}', 'no reason="full"'],
    ['sum by (state) (wsbouncer_viewers)', 'state'],
  ])('finds what is wrong in %s', (expr, problem) => {
    expect(unknownIn(expr)).toEqual([problem]);
  });

  it('takes no text that is not PromQL', () => {
    expect(() => readPromQl('sum by (a (b)')).toThrow('not PromQL');
  });
});

describe('the alerts', () => {
  it('are a file of rules as Prometheus wants it', () => {
    expect(Object.keys(alerts)).toEqual(['groups']);
    expect(alerts.groups.map(({ name }) => name)).toEqual(['wsbouncer']);
    for (const rule of rules) {
      const known = new Set(['alert', 'expr', 'for', 'labels', 'annotations']);
      expect(Object.keys(rule).filter((key) => !known.has(key))).toEqual([]);
      expect(rule.for ?? '1m').toMatch(/^\d+[smh]$/);
      expect(['warning', 'critical']).toContain(rule.labels.severity);
      expect(rule.annotations.summary.length).toBeGreaterThan(20);
      expect(rule.annotations.description).toMatch(/^[A-Z].{60,}\.$/s);
    }
  });

  it('are those that operators are woken or warned by', () => {
    expect(rules.map(({ alert }) => alert)).toEqual([
      'WsbouncerDown',
      'WsbouncerAbsent',
      'WsbouncerSessionFull',
      'WsbouncerNearlyFull',
      'WsbouncerEvictionsRising',
      'WsbouncerStuckViewers',
      'WsbouncerBackendUnavailable',
      'WsbouncerEventLoopDelay',
      'WsbouncerEventsDropped',
      'WsbouncerEventLogFailing',
      'WsbouncerDescriptorsExhausted',
    ]);
  });

  it('ask only for what the proxy exports', () => {
    const problems = rules.map(({ alert, expr }) => [alert, ...unknownIn(expr)]);
    expect(problems).toEqual(rules.map(({ alert }) => [alert]));
  });

  it('name only labels that their expressions have', () => {
    for (const { alert, expr, annotations } of rules) {
      const used = `${annotations.summary} ${annotations.description}`.matchAll(/\$labels\.(\w+)/g);
      const labels = labelsOf(expr);
      const unknown = [...used].map(([, label]) => label!).filter((label) => !labels.has(label));
      expect([alert, ...unknown]).toEqual([alert]);
    }
  });
});

describe('the dashboard', () => {
  it('has what Grafana needs to take it in', () => {
    expect(dashboard).toMatchObject({
      title: 'wsbouncer',
      uid: 'wsbouncer',
      schemaVersion: expect.any(Number),
      time: { from: expect.any(String), to: 'now' },
    });
    const variables = dashboard.templating.list.map(({ name, type }) => `${name} ${type}`);
    expect(variables).toEqual(['datasource datasource', 'instance query']);
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    expect(rows.map(({ title }) => title)).toEqual([
      'Viewers and sessions',
      'Admissions, refusals, evictions',
      'Ping round trips',
      'Backends',
      'Relay',
      'Process',
    ]);
  });

  it('has panels that say what they show, from the data source that was chosen', () => {
    const source = { type: 'prometheus', uid: '${datasource}' };
    for (const { title, description, targets = [], datasource } of panels) {
      expect([title, description]).toEqual([title, expect.stringMatching(/^[A-Z0-9].*\.$/)]);
      expect(datasource).toEqual(source);
      expect(targets.length).toBeGreaterThan(0);
      expect(targets.map((target) => target.datasource)).toEqual(targets.map(() => source));
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
    }
  });

  it('has no panel on another', () => {
    const taken = new Map<string, string>();
    for (const { title, gridPos } of dashboard.panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect([title, taken.get(`${x} ${y}`)]).toEqual([title, undefined]);
          taken.set(`${x} ${y}`, title);
        }
      }
    }
  });

  it('asks only for what the proxy exports', () => {
    expect(targets.length).toBeGreaterThan(30);
    for (const { title, target } of targets) {
      expect([title, ...unknownIn(target.expr)]).toEqual([title]);
      const labels = labelsOf(target.expr);
      const legend = [...target.legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label!);
      expect([title, ...legend.filter((label) => !labels.has(label))]).toEqual([title]);
    }
    const variable = dashboard.templating.list[1]!.query;
    const [, metric] = /^label_values\((\w+), instance\)$/.exec(
      typeof variable === 'string' ? variable : variable.query,
    )!;
    expect(exported.has(metric!)).toBe(true);
  });

  it('shows every metric of the proxy that there is', () => {
    const shown = new Set(
      targets
        .flatMap(({ target }) => readPromQl(filledIn(target.expr)).selectors)
        .map(({ metric }) => metric.replace(/_(bucket|count|sum)$/, '')),
    );
    const all = new Set(
      [...exported.keys()].map((name) => name.replace(/_(bucket|count|sum)$/, '')),
    );
    all.delete('up');
    expect([...all].filter((name) => !shown.has(name))).toEqual([]);
  });
});
