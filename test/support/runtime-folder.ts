/**
 * Where the programs of a run put their control sockets. At the usual place they would be found
 * by the commands of whoever runs the tests, and stay there when they are killed.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Gives every process of the run a folder of its own for them; resolves with its removal. */
export const setup = async (): Promise<() => Promise<void>> => {
  const before = process.env['XDG_RUNTIME_DIR'];
  const folder = await mkdtemp(join(tmpdir(), 'wsb-run-'));
  process.env['XDG_RUNTIME_DIR'] = folder;
  return async () => {
    if (before === undefined) delete process.env['XDG_RUNTIME_DIR'];
    else process.env['XDG_RUNTIME_DIR'] = before;
    await rm(folder, { recursive: true, force: true });
  };
};
