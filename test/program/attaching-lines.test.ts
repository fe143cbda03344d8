import { describe, expect, test } from 'vitest';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/clock.ts';
import { attach } from '../../src/control/attachment.ts';
import { openAttachLink } from '../../src/control/attach-link.ts';
import { privateFolder } from '../api/ask.ts';
import { echoBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { keys } from '../support/pty.ts';
import { runProgram } from '../support/program.ts';
import { cable } from '../support/tcp-cable.ts';
import { closeOf, connectViewer, echo } from '../support/viewer.ts';
import { aftermath, asBefore, startProgram } from './operator.ts';

const token = 'a-token-of-24-characters';

/** Lines of a console for a screen reader, attached over a cable to a program with one viewer. */
const attached = async () => {
  const tokenFile = join(await privateFolder(), 'token');
  writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 });
  const { url } = await echoBackend();
  const program = await runProgram([
    `--backend=${url}`,
    '--cap=2',
    '--control=none',
    '--control-listen=127.0.0.1:0',
    `--control-token-file=${tokenFile}`,
  ]);
  const [listening] = program.events.all;
  if (listening?.event !== 'proxy.listening') throw new Error('it does not say where it listens');
  const line = await cable(listening.controlListen ?? '');
  const viewer = await connectViewer(program.url('alpha'));
  await program.events.next(named('viewer.admitted'));
  const env = { INK_SCREEN_READER: 'true' };
  const args = ['attach', line.door, '--token-file', tokenFile];
  const console = startProgram(args, { cols: 120, rows: 40, env });
  await console.until(/^1 session, 1 viewer, cap 2$/m);
  return { program, line, viewer, console, door: listening.controlListen ?? '' };
};

describe('an attached console of lines', () => {
  test('says that its link is lost, comes back by itself, and tells what has happened meanwhile', async () => {
    const { program, line, viewer, console } = await attached();
    line.cut();
    await console.until(/^the link to the proxy is lost; trying again$/m);
    console.press('cap 4');
    console.press(keys.enter);
    await console.until(/^the link is lost: nothing can be changed until it is back$/m);
    const second = await connectViewer(program.url('alpha'));
    expect((await closeOf(await connectViewer(program.url('alpha')))).code).toBe(1013);
    second.close(1000);
    await program.events.next(named('viewer.left'));
    await line.mend();
    await console.until(
      /^[\d:]{8} join +alpha v2 .*\n(?:.*\n)*[\d:]{8} refuse +alpha .*\n(?:.*\n)*[\d:]{8} leave +alpha v2 /m,
    );
    await console.until(/^the link to the proxy is back$/m);
    console.press('cap 4');
    console.press(keys.enter);
    await console.until(/^[\d:]{8} cap +all sessions +2 to 4 /m);
    const told = console.output().match(/join +alpha v2 /g);
    expect(told).toHaveLength(1);
    await echo(viewer, 'still here');
    console.press('quit');
    console.press(keys.enter);
    await console.until(/^quit\? Enter leaves the proxy running; type stop and Enter to stop it/m);
    console.press(keys.enter);
    expect(await aftermath(console)).toEqual(asBefore);
    await echo(viewer, 'still here');
  });

  test('says how many events are missing where more has happened than the proxy keeps', async () => {
    const { line, door, console } = await attached();
    line.cut();
    await console.until(/^the link to the proxy is lost; trying again$/m);
    const [host = '', port] = door.split(':');
    const to = { host, port: Number(port), token };
    const parts = { clock: systemClock, onNews: () => undefined, onFault: () => undefined };
    const ann = await attach({ ...parts, dial: () => openAttachLink(to) });
    for (let nth = 0; nth < 4_200; nth += 100) {
      const caps = Array.from({ length: 100 }, (_none, more) => 2 + ((nth + more) % 7));
      await Promise.all(caps.map((cap) => ann.command({ do: 'set-cap', cap, actor: 'ann' })));
    }
    await ann.command({ do: 'set-cap', cap: 77, actor: 'ann' });
    ann.detach();
    await line.mend();
    // 4,201, and those that are kept are the newest 4,096.
    await console.until(/^[\d:]{8} cap +all sessions +\d to 77 by token \(ann\)$/m);
    expect(console.output()).toMatch(/[\d:]{8} dropped +105 events/);
    expect(console.output().match(/ by token \(ann\)/g)).toHaveLength(4_096);
  });
});
