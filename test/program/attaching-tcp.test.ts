import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { privateFolder } from '../api/ask.ts';
import { echoBackend } from '../support/backends.ts';
import { keys } from '../support/pty.ts';
import { runProgram } from '../support/program.ts';
import { cable } from '../support/tcp-cable.ts';
import { closeOf, connectViewer, echo } from '../support/viewer.ts';
import { aftermath, asBefore, startProgram } from './operator.ts';

const token = 'a-token-of-24-characters';
const wide = { cols: 110, rows: 30 };

/** A program that is controlled over TCP by those who have the token, with one viewer. */
const served = async () => {
  const tokenFile = join(await privateFolder(), 'token');
  writeFileSync(tokenFile, `# of ops\nops:${token}\n`, { mode: 0o600 });
  const { url } = await echoBackend();
  const program = await runProgram([
    `--backend=${url}`,
    '--control=none',
    '--control-listen=127.0.0.1:0',
    `--control-token-file=${tokenFile}`,
  ]);
  const [listening] = program.events.all;
  if (listening?.event !== 'proxy.listening') throw new Error('it does not say where it listens');
  const viewer = await connectViewer(program.url('alpha'));
  return { program, tokenFile, door: listening.controlListen ?? '', viewer };
};

describe('a console that is attached over TCP', () => {
  test('shows the proxy and acts on it, with a token from a file', async () => {
    const { program, tokenFile, door, viewer } = await served();
    const desk = startProgram(['attach', door, '--token-file', tokenFile, '--actor=ann'], wide);
    await desk.until(new RegExp(`ws://${program.address}.*LIVE[^]*alpha +1/8`));
    desk.press(':evict v1\r');
    await desk.until(/EVICTING in \ds {2}v1 /);
    expect(await closeOf(viewer)).toEqual({ code: 1008, reason: 'evicted by operator' });
    await desk.until(/evict +alpha +v1 +by operator \(ops \(ann\)\)/);
    desk.press('q');
    await desk.until(/Quit this console\?/);
    desk.press(keys.enter);
    expect(await aftermath(desk)).toEqual(asBefore);
    expect(desk.output()).toContain(`detached from ${door}; the proxy goes on`);
    // Whoever has the whole output of that terminal has no token by it.
    expect(desk.output()).not.toContain(token);
  });

  test('shows it with a token from the environment', async () => {
    const { door, viewer } = await served();
    const env = { WSBOUNCER_CONTROL_TOKEN: token };
    const desk = startProgram(['attach', '--socket', door], { ...wide, env });
    await desk.until(/LIVE[^]*alpha +1\/8/);
    desk.signal('SIGTERM');
    expect(await aftermath(desk)).toEqual(asBefore);
    await echo(viewer, 'still here');
  });

  test('is refused without the right token, and leaves the terminal as it was', async () => {
    const { door, viewer } = await served();
    const wrong = startProgram(['attach', door], {
      ...wide,
      cols: 200,
      env: { WSBOUNCER_CONTROL_TOKEN: `${token}x` },
    });
    expect(await aftermath(wrong)).toEqual({ ...asBefore, exitCode: 1 });
    const said = (await wrong.screen()).join('');
    expect(said).toMatch(new RegExp(`cannot attach to ${door}: .*token.*--token-file`));
    expect(wrong.output()).not.toContain(token);

    const none = startProgram(['attach', door], { ...wide, cols: 200 });
    expect(await aftermath(none)).toEqual({ ...asBefore, exitCode: 2 });
    expect((await none.screen()).join('')).toContain(
      'over TCP a token is needed, and WSBOUNCER_CONTROL_TOKEN has none; pass --token-file',
    );
    await echo(viewer, 'still here');
  });

  test('says that its link is cut, changes nothing meanwhile, and is back when that is', async () => {
    const { program, tokenFile, door, viewer } = await served();
    const line = await cable(door);
    const desk = startProgram(['attach', line.door, '--token-file', tokenFile], wide);
    await desk.until(/LIVE[^]*alpha +1\/8/);
    line.cut();
    await desk.until(/LINK LOST \d+s[^]*alpha +1\/8[^]*nobody answers; trying again, q quits/);
    desk.press('+');
    await desk.until(/the link is lost: nothing can be changed until it is back/);
    const second = await connectViewer(program.url('alpha'));
    await line.mend();
    await desk.until(/LIVE[^]*alpha +2\/8/);
    desk.press('+');
    await desk.until(/cap 8 to 9/);
    // Once more, while something is armed.
    desk.press(':evict v1\r');
    await desk.until(/EVICTING in \ds {2}v1 /);
    line.cut();
    await desk.until(/LINK LOST \d+s[^]*what was armed is not carried out/);
    await line.mend();
    await desk.until(/LIVE[^]*undo .*\bv1 .*not evicted after all/);
    for (const each of [viewer, second]) await echo(each, 'still here');
    desk.signal('SIGTERM');
    expect(await aftermath(desk)).toEqual(asBefore);
  });
});
