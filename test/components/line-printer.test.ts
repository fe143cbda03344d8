import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LinePrinter } from '../../components/line-printer.ts';
import { FakeTerminal } from '../support/fake-terminal.ts';

const open = (columns = 40, inSevenBits = false) => {
  const terminal = new FakeTerminal(columns, 8);
  const printer = new LinePrinter(terminal.stdout, inSevenBits);
  return {
    terminal,
    printer,
    rows: async () => (await terminal.rows()).filter((row) => row !== ''),
  };
};

describe('lines', () => {
  it('stand above what is being typed', async () => {
    const { printer, rows } = open();
    printer.print('one');
    printer.type('ca');
    printer.print('two');
    printer.type('cap');
    expect(await rows()).toEqual(['one', 'two', '> cap']);
    printer.enter();
    printer.print('three');
    expect(await rows()).toEqual(['one', 'two', '> cap', 'three']);
  });

  it('leave no trace of what is not typed any more', async () => {
    const { printer, rows } = open();
    printer.type('cap');
    printer.type('');
    printer.print('one');
    expect(await rows()).toEqual(['one']);
  });

  it('are not broken by typing more than fits', async () => {
    const { printer, rows } = open(12);
    printer.type('evict v1042 now');
    printer.print('one');
    expect(await rows()).toEqual(['one', '> v1042 now']);
  });

  it('are dropped and counted while the terminal is behind', async () => {
    const { terminal, printer, rows } = open();
    printer.print('one');
    terminal.waiting = 256 * 1024 + 1;
    printer.print('two');
    printer.print('three');
    expect(await rows()).toEqual(['one']);
    terminal.waiting = 0;
    printer.print('four');
    printer.print('five');
    expect(await rows()).toEqual(['one', '2 lines lost: the terminal was behind', 'four', 'five']);
  });

  it('are 7-bit where the terminal is', async () => {
    const { printer, rows } = open(40, true);
    printer.print('v1 josé 會');
    expect(await rows()).toEqual(['v1 jose ?']);
  });

  it('are one line each and steer nothing, whatever they are made of', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const { terminal, printer } = open();
        printer.print(text);
        expect(terminal.written).toMatch(/^[^\p{Cc}\p{Zl}\p{Zp}\u202E]*\n$/u);
      }),
    );
  });
});
