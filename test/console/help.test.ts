import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asciiGlyphs, unicodeGlyphs } from '../../src/console/glyphs.ts';
import { helpLines } from '../../src/console/help-lines.ts';
import { keyGroups, keymap } from '../../src/console/keymap.ts';
import { verbs } from '../../src/console/palette-verbs.ts';
import { textOf } from '../../src/console/text.ts';
import { ConsoleDriver } from '../support/console-driver.ts';
import { keys, sizes } from './arbitrary.ts';
import { smallWorld } from './worlds.ts';

const wide = (search: string | null = null): readonly string[] =>
  helpLines(search, 200, unicodeGlyphs).map(textOf);

const opened = (columns = 80, rows = 24): ConsoleDriver => {
  const driver = new ConsoleDriver(smallWorld, { columns, rows });
  driver.settle();
  driver.press('?');
  return driver;
};

describe('the help', () => {
  it('has every key of the lists under the title of what it is for', () => {
    const lines = wide();
    for (const { group, bindings } of keyGroups) {
      const at = lines.indexOf(group);
      expect(at).toBeGreaterThanOrEqual(0);
      const part = lines.slice(
        at + 1,
        lines.indexOf('', at) < 0 ? undefined : lines.indexOf('', at),
      );
      expect(part).toEqual(bindings.map(({ label, help }) => label.padEnd(11) + help));
    }
    const told = keymap.main.filter(({ help }) => help !== undefined).length;
    expect(keyGroups.flatMap(({ bindings }) => bindings)).toHaveLength(told);
  });

  it('has every command, every sign, and the keys of what can be open', () => {
    const lines = wide();
    for (const { name, args, help } of verbs) {
      expect(lines).toContain(name.padEnd(11) + (args === '' ? help : `${args}: ${help}`));
    }
    for (const [state, sign] of Object.entries(unicodeGlyphs.state)) {
      expect(lines.some((line) => line.toLowerCase().startsWith(`${sign} ${state}`))).toBe(true);
    }
    for (const mode of ['cap', 'detail', 'bulk', 'filter', 'palette', 'help'] as const) {
      const own = keymap[mode].filter(
        ({ group, help }) => group === undefined && help !== undefined,
      );
      expect(own).not.toEqual([]);
      for (const { label, help } of own) expect(lines).toContain(label.padEnd(11) + help);
    }
  });

  it('says ctrl-c once', () => {
    expect(wide().filter((line) => line.startsWith('ctrl-c'))).toHaveLength(1);
  });

  it('wraps between words, and marks what is cut where there is no room for that', () => {
    const all = helpLines(null, 60, unicodeGlyphs).map(textOf).join(' ').replaceAll(/ +/g, ' ');
    for (const { help } of keyGroups.flatMap(({ bindings }) => bindings)) {
      expect(all).toContain(help);
    }
    const whole = helpLines(null, 200, asciiGlyphs).map(textOf);
    expect(helpLines(null, 20, asciiGlyphs).map(textOf)).toEqual(
      whole.map((line) => (line.length <= 20 ? line : line.slice(0, 19) + asciiGlyphs.cut)),
    );
    expect(whole.some((line) => line.length > 20)).toBe(true);
  });

  it('scrolls to its last line and no further', () => {
    const driver = opened();
    expect(driver.screen).toContain('Evict');
    driver.press('G');
    expect(driver.screen).toContain('answers, and takes its data');
    const end = driver.screen;
    driver.press('j', 'pagedown', 'down');
    expect(driver.screen).toBe(end);
    driver.press('k');
    expect(driver.screen).not.toBe(end);
    driver.press('g', 'k', 'pageup');
    expect(driver.state.modal).toMatchObject({ top: 0 });
  });

  it('shows its last lines when the terminal has grown', () => {
    const driver = opened(80, 24);
    driver.press('G');
    driver.input({ type: 'size', size: { columns: 120, rows: 60 } });
    expect(driver.screen).toContain('answers, and takes its data');
    expect(driver.screen).toContain('Signs');
  });
});

describe('searching the help', () => {
  it('shows only the lines that have it, and how many, while it is typed', () => {
    const driver = opened();
    driver.press('/', ...'undo'.split(''));
    expect(driver.screen).toContain('Help /undo_');
    const found = wide('undo');
    expect(driver.screen).toContain(`${found.length} found`);
    for (const line of found) expect(line.toLowerCase()).toContain('undo');
    expect(found.length).toBe(
      wide().filter((line) => line.length > 11 && line.toLowerCase().includes('undo')).length,
    );
  });

  it('takes letters that are keys elsewhere, and says where nothing has it', () => {
    const driver = opened();
    driver.press('/', ...'qju?9'.split(''));
    expect(driver.screen).toContain('Help /qju?9_  0 found');
    expect(driver.screen).toContain('no line has that; esc shows all');
  });

  it('ends typing with enter, after which keys move again', () => {
    const driver = opened(80, 24);
    driver.press('/', 'e', 'enter', 'j');
    expect(driver.state.modal).toMatchObject({ typing: false, top: 1, search: { text: 'e' } });
    driver.press('/', 'backspace', ...'cap'.split(''));
    expect(driver.state.modal).toMatchObject({ typing: true, top: 0, search: { text: 'cap' } });
  });

  it('shows all again with esc, and only then closes', () => {
    const driver = opened();
    driver.press('/', 'c', 'enter', 'esc');
    expect(driver.state.modal).toMatchObject({ mode: 'help', search: null });
    driver.press('/', 'c', 'esc');
    expect(driver.state.modal).toMatchObject({ mode: 'help', search: null, typing: false });
    driver.press('esc');
    expect(driver.state.modal.mode).toBe('main');
  });

  it('takes a paste', () => {
    const driver = opened();
    driver.press('j', '/');
    driver.input({ type: 'paste', text: 'tombstone\nq' });
    expect(driver.state.modal).toMatchObject({ search: { text: 'tombstone' }, top: 0 });
  });

  it('finds lines that have all of several words', () => {
    expect(wide('cap session').length).toBeGreaterThan(0);
    for (const line of wide('CAP  session')) expect(line).toMatch(/cap.*session|session.*cap/);
  });

  it('stays within its lines and the terminal, whatever is typed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(keys, fc.constant('/')), { maxLength: 30 }),
        sizes,
        (typed, size) => {
          const driver = opened(size.columns, size.rows);
          for (const key of typed) {
            driver.input({ type: 'keys', keys: [key] });
            if (driver.state.modal.mode !== 'help') return;
            expect(driver.rows()).toHaveLength(size.rows);
            for (const row of driver.rows()) expect(row.length).toBeLessThanOrEqual(size.columns);
            expect(driver.state.modal.top).toBeGreaterThanOrEqual(0);
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});
