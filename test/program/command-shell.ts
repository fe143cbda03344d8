/** The program as a command in a shell, as people type it. */
import { spawn } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { privateFolder } from '../api/ask.ts';
import { childEnvironment, programFile } from '../support/child-environment.ts';
import { onCleanup } from '../support/cleanup.ts';
import { within } from '../support/within.ts';

/** What a script left behind; `code` is null where a signal ended it. */
export type ShellEnd = {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** A `PATH` on which `wsbouncer` is this program. */
export const pathWithCommand = async (): Promise<string> => {
  const folder = await privateFolder();
  const command = join(folder, 'wsbouncer');
  writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' '${programFile}' "$@"\n`);
  chmodSync(command, 0o755);
  return `${folder}${delimiter}${process.env['PATH'] ?? ''}`;
};

/**
 * Runs `script` in bash, where `wsbouncer` is this program. Which proxy it means belongs into
 * `env`: left to themselves, its commands also find those of whoever runs the tests.
 */
export const typeInShell = async (
  script: string,
  env: Readonly<Record<string, string>> = {},
): Promise<ShellEnd> => {
  const shell = spawn('bash', ['--norc', '-c', script], {
    env: childEnvironment({ ...env, PATH: await pathWithCommand() }),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let stdout = '';
  let stderr = '';
  shell.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  shell.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const { promise: ended, resolve, reject } = Promise.withResolvers<number | null>();
  shell.on('error', reject);
  shell.on('close', resolve);
  onCleanup(() => {
    // Everything that it started, where it waits in vain.
    if (shell.pid !== undefined && shell.exitCode === null) process.kill(-shell.pid, 'SIGKILL');
  });
  const saw = (): string => `stdout: ${stdout}\nstderr: ${stderr}`;
  const code = await within('the shell to end', ended, { ms: 20_000, saw });
  return { code, stdout, stderr };
};
