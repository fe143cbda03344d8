import { describe, expect, test } from 'vitest';
import { connectRaw } from '../support/raw-viewer.ts';
import { type Desk, openDesk } from './operator.ts';

/** As many bytes on the wire as the text has in UTF-8. */
const wire = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** What would turn the text round, take two cells, take none, or go on for ever. */
const nasty = `\u202Emi\u0301ra 會議 e\u0301\u200B${'x'.repeat(200)}`;

const enter = async (desk: Desk, name: string): Promise<void> => {
  await connectRaw(desk.url('alpha'), { extraHeaders: { 'X-User': wire(name) } }).open();
};

const isAligned = (rows: readonly string[]): boolean => {
  const ends = rows.filter((row) => / v[12] .*[━╸┄]/.test(row)).map((row) => row.indexOf('━'));
  return ends.length === 2 && ends[0] === ends[1];
};

describe('the header that names viewers', () => {
  const named = ['--who-header', 'X-User', '--trust-proxy'];

  test('is shown where a trusted proxy sets it, and moves nothing on the screen', async () => {
    const desk = await openDesk({ args: [...named, '127.0.0.1'], cols: 120, rows: 36 });
    await enter(desk, 'José');
    await enter(desk, nasty);
    const screen = await desk.until(isAligned, 'two rows of viewers, one below the other');
    expect(screen.join('\n')).toMatch(/ v1 +José /);
    expect(screen.join('\n')).toMatch(/ v2 +míra \?\?/);
    expect(screen.join('')).not.toMatch(/[\u0300-\u036F\u200B\u202E會議]/);
    expect(desk.output()).not.toMatch(/[\u0300-\u036F\u200B\u202E會議]/);
  });

  test('is believed of nobody else', async () => {
    const desk = await openDesk({ args: [...named, '192.0.2.1'], cols: 120, rows: 36 });
    await enter(desk, 'mallory');
    await desk.until(/ v1 .*127\.0\.0\.1:\d+/);
    expect(desk.output()).not.toContain('mallory');
  });
});
