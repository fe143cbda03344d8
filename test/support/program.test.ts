import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { privateDirectory } from './backend-server.ts';
import { named } from './events.ts';
import { runProgram, runToEnd } from './program.ts';

/** A stand-in for the program, so that this suite needs no build. */
const scriptOf = async (text: string): Promise<string> => {
  const script = join(await privateDirectory(), 'stand-in.mjs');
  await writeFile(script, text);
  return script;
};

const listening = `
  const say = (event) => console.log(JSON.stringify({ time: 'now', ...event }));
  say({ event: 'proxy.listening', address: process.argv.slice(2).join(' ') });
`;

describe('runProgram', () => {
  it('waits for the address, reads the events and ends the program by a signal', async () => {
    const script = await scriptOf(`
      process.on('SIGTERM', () => { say({ event: 'proxy.stopped' }); process.exit(0); });
      setInterval(() => {}, 1000);
      console.error('a word on stderr');
      ${listening}`);
    const program = await runProgram(['--cap', '4'], { script });
    expect(program.address).toBe('--cap 4 --listen 127.0.0.1:0 --headless');
    expect(await program.stop()).toEqual({ code: 0, signal: null });
    expect(await program.events.next(named('proxy.stopped'))).toMatchObject({ time: 'now' });
    expect(program.stderr()).toBe('a word on stderr\n');
  });

  it('fails with the words of a program that ends instead', async () => {
    const script = await scriptOf(`console.error('no such thing'); process.exit(2);`);
    await expect(runProgram([], { script })).rejects.toThrow('(2); stderr: no such thing');
  });
});

describe('runToEnd', () => {
  it('returns everything that a run left behind', async () => {
    const script = await scriptOf(`${listening} console.error('oh'); process.exitCode = 3;`);
    expect(await runToEnd(['--help'], { script, env: { A: 'b' } })).toMatchObject({
      code: 3,
      signal: null,
      stdout: '{"time":"now","event":"proxy.listening","address":"--help"}\n',
      stderr: 'oh\n',
    });
  });
});
