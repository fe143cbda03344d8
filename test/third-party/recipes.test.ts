/** Every command line of the page that is ours, and the viewer that the page proposes. */
import { describe, expect, it } from 'vitest';
import { echoBackend } from '../support/backends.ts';
import { runProgram } from '../support/program.ts';
import { startForeign } from './foreign.ts';
import { PYTHON } from './packages.ts';
import { adapted, blocks, commandsOf, recipe } from './recipes.ts';

const ours = blocks.flatMap(({ heading, language, text }) =>
  language === 'sh' ? commandsOf(text, 'wsbouncer').map((args) => ({ heading, args })) : [],
);

describe('the recipes', () => {
  it('have a command line of ours for every kind of backend', () => {
    expect([...new Set(ours.map(({ heading }) => heading))]).toEqual([
      'Your own server',
      'A Unix socket for each session',
      'One desktop',
      'Many desktops',
      'ttyd',
      'Behind nginx',
    ]);
  });

  it.each(ours)('start under $heading: $args', async ({ args }) => {
    const program = await runProgram(args);
    expect(program.address).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(await program.stop()).toEqual({ code: 0, signal: null });
    expect(program.stderr()).toBe('');
  });

  it('lead from the proposed viewer to your own server, whose path and query are as said', async () => {
    const backend = await echoBackend();
    const text = recipe('Your own server', 'sh');
    const [command = []] = commandsOf(
      adapted(text, { 'ws://127.0.0.1:9000/{session}': backend.url }),
      'wsbouncer',
    );
    const { address } = await runProgram(command);
    const [viewer = []] = commandsOf(adapted(text, { '127.0.0.1:8080': address }), PYTHON);
    const { stdin, lines } = startForeign(PYTHON, [
      ...viewer.slice(0, -1),
      `${viewer.at(-1)}?depth=3`,
    ]);
    const { session, request } = await backend.connections.next();
    expect([session, request.url]).toEqual(['demo', '/demo?depth=3']);
    stdin.write('hello\n');
    await lines.next((line) => line.includes('< hello'), 'the echo');
  });
});
