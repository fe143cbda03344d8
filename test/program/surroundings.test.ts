import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { programFile } from '../support/child-environment.ts';
import { startCommandInTerminal } from '../support/pty.ts';
import { coloursIn, openDesk } from './operator.ts';

const escape = '\u001B';

describe('colours', () => {
  test('are used, but not with NO_COLOR, where the cursor is still seen', async () => {
    const colored = await openDesk();
    await colored.join('alpha');
    await colored.until(/alpha +1\/8/);
    expect(coloursIn(colored.output())).not.toEqual([]);

    const plain = await openDesk({ env: { NO_COLOR: '1' } });
    await plain.join('alpha');
    await plain.until(/alpha +1\/8/);
    expect(coloursIn(plain.output())).toEqual([]);
    const inverse = (await plain.cells()).flatMap((row) => row.filter((run) => run.inverse));
    expect(inverse.map(({ text }) => text).join('')).toMatch(/^▸● alpha .*$/);
    expect((await plain.cells()).flat().filter(({ fg, bg }) => fg !== null || bg !== null)).toEqual(
      [],
    );
  });
});

describe('where no console can be drawn', () => {
  const command = `"$0" "$@" --backend 'ws://127.0.0.1:9/{session}' --listen 127.0.0.1:0`;
  const node = [process.execPath, programFile];

  test.each([
    { where: 'a dumb terminal', shell: `TERM=dumb ${command}` },
    { where: 'CI', shell: `CI=true ${command}` },
    { where: 'without a terminal to read', shell: `${command} </dev/null` },
    { where: 'without a terminal to write', shell: `${command} | (trap '' TERM; cat)` },
    { where: 'a console that is declined', shell: `${command} --headless` },
  ])('it writes events as lines, without one escape sequence: $where', async ({ shell }) => {
    const run = startCommandInTerminal('bash', ['-c', `trap : TERM; ${shell}`, ...node], {
      cols: 200,
    });
    const [first] = await run.until(/proxy\.listening/);
    expect(JSON.parse(first!)).toMatchObject({ event: 'proxy.listening' });
    process.kill(-run.pid, 'SIGTERM');
    await run.exited();
    expect(run.output()).toMatch(/^\{.*"proxy\.listening".*\}\r\n\{.*"proxy\.stopped".*\}\r\n$/);
    expect(run.output()).not.toContain(escape);
  });
});

describe('the console', () => {
  test('is drawn in production mode', async () => {
    const tellMode = fileURLToPath(new URL('../support/tell-mode.ts', import.meta.url));
    const desk = await openDesk({ env: { NODE_OPTIONS: `--import=${tellMode}` } });
    expect(desk.output()).toContain('drawn in production mode');
  });
});
