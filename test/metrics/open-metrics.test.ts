import { describe, expect, it } from 'vitest';
import { parseOpenMetrics, valueOf } from './open-metrics.ts';

const good = [
  '# HELP a Says a.',
  '# TYPE a counter',
  'a_total{x="1"} 2',
  'a_total{x="a \\"b\\""} 3',
  '# HELP h_seconds Says h.',
  '# TYPE h_seconds histogram',
  '# UNIT h_seconds seconds',
  'h_seconds_bucket{le="1.0"} 1',
  'h_seconds_bucket{le="+Inf"} 2',
  'h_seconds_sum 5.5',
  'h_seconds_count 2',
  '# EOF\n',
].join('\n');

describe('the reader of OpenMetrics that the tests go by', () => {
  it('reads families, labels and values', () => {
    const families = parseOpenMetrics(good);
    expect([...families.keys()]).toEqual(['a', 'h_seconds']);
    expect(families.get('h_seconds')).toMatchObject({ unit: 'seconds', help: 'Says h.' });
    expect(valueOf(families, 'a_total', { x: '1' })).toBe(2);
    expect(valueOf(families, 'h_seconds_sum')).toBe(5.5);
    expect(() => valueOf(families, 'a_total')).toThrow('no a_total');
  });

  it.each([
    ['no end', '# EOF\n', '# END\n'],
    ['an end that is not the last', '# EOF\n', '# EOF\nx 1\n'],
    ['a counter without _total', 'a_total{x="1"} 2', 'a{x="1"} 2'],
    ['a family without a type', '# TYPE a counter\n', ''],
    ['an unknown type', 'a counter', 'a thing'],
    ['a unit that is not in the name', '# UNIT h_seconds seconds', '# UNIT h_seconds bytes'],
    ['a bound that is not canonical', 'le="1.0"', 'le="1"'],
    ['no last bucket', 'h_seconds_bucket{le="+Inf"} 2\n', ''],
    ['a bucket that holds less', 'le="1.0"} 1', 'le="1.0"} 3'],
    ['a count that is not that of all', '_count 2', '_count 3'],
    ['no sum', 'h_seconds_sum 5.5\n', ''],
    ['no number', 'h_seconds_sum 5.5', 'h_seconds_sum Nan'],
    ['a series twice', 'a_total{x="a \\"b\\""} 3', 'a_total{x="1"} 3'],
    ['labels that are none', '{x="1"}', '{x=1}'],
    ['an empty line', '# TYPE a counter\n', '# TYPE a counter\n\n'],
    ['a sample of another family', 'h_seconds_sum 5.5', 'g_seconds_sum 5.5'],
    ['a comment', '# TYPE a counter', '# a comment\n# TYPE a counter'],
  ])('does not take %s', (_what, from, to) => {
    expect(good).toContain(from);
    expect(() => parseOpenMetrics(good.replace(from, to))).toThrow(/\w: /);
  });
});
