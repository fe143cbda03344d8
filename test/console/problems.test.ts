import { describe, expect, it } from 'vitest';
import { ConsoleDriver } from '../support/console-driver.ts';
import { viewerRow, type World } from '../support/fake-control.ts';
import { wideWorld, without } from './worlds.ts';

const troubled: World = {
  cap: 8,
  sessions: {
    alpha: [viewerRow('v1', 'alpha'), viewerRow('v2', 'alpha', { state: 'late' })],
    beta: [viewerRow('v3', 'beta', { state: 'stuck' })],
    gamma: [viewerRow('v4', 'gamma'), viewerRow('v5', 'gamma', { state: 'expiring' })],
  },
};

const started = (world: World = troubled): ConsoleDriver => {
  const driver = new ConsoleDriver(world);
  driver.settle();
  return driver;
};

describe('n', () => {
  it('goes to the worst first, then to the next, in whatever session, round and round', () => {
    const driver = started();
    const seen = Array.from({ length: 4 }, () => {
      driver.press('n');
      return [driver.state.sessions.id, driver.state.viewers.id, driver.state.focus];
    });
    expect(seen).toEqual([
      ['beta', 'v3', 'viewers'],
      ['gamma', 'v5', 'viewers'],
      ['alpha', 'v2', 'viewers'],
      ['beta', 'v3', 'viewers'],
    ]);
  });

  it('goes back with N', () => {
    const driver = started();
    driver.press('N');
    expect(driver.state.viewers.id).toBe('v2');
    driver.press('N');
    expect(driver.state.viewers.id).toBe('v5');
  });

  it('says that nobody needs a hand, and stays', () => {
    const driver = started(wideWorld(2, 2));
    const { sessions, viewers } = driver.state;
    driver.press('n');
    expect(driver.status).toContain('no viewer needs you');
    expect(driver.state).toMatchObject({ sessions, viewers, focus: 'sessions' });
  });

  it('goes from the page of a viewer to the page of the next', () => {
    const driver = started();
    driver.press('n', 'enter', 'n');
    expect(driver.state.modal).toMatchObject({ mode: 'detail', viewer: 'v5' });
    driver.press('e');
    expect(driver.state.armed.map(({ viewer }) => viewer)).toEqual(['v5']);
  });

  it('arms with e whom it has gone to, and nobody before that one is drawn', () => {
    const driver = started();
    driver.chunk('n', 'e');
    expect(driver.state.armed).toEqual([]);
    driver.press('e');
    expect(driver.state.armed.map(({ viewer }) => viewer)).toEqual(['v3']);
  });

  it('arms nobody else when the viewer leaves on the way', () => {
    const driver = started();
    driver.input({ type: 'keys', keys: ['n', 'n'] });
    driver.show(without(troubled, 'v5'));
    driver.settle();
    driver.press('tab', 'backtab', 'e');
    expect(driver.state.armed).toEqual([]);
  });

  it('is a choice of its own, whoever has just left under the cursor', () => {
    const driver = started();
    driver.press('tab');
    driver.show(without(troubled, 'v1'));
    driver.press('n', 'e');
    expect(driver.state.armed.map(({ viewer }) => viewer)).toEqual(['v3']);
  });

  it('clears a filter only where it hides the viewer', () => {
    const driver = started();
    driver.press('/', 'v', '2', 'enter');
    driver.press('tab', 'n');
    expect(driver.state.filter.text).toBe('');
    expect(driver.status).toContain('filter cleared');
    driver.press('n', 'n', '/', 'v', '3', 'enter', 'N', 'n');
    expect(driver.state.viewers.id).toBe('v3');
  });
});
