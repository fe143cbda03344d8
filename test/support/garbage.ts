/**
 * What V8 has not collected yet is no leak, and how much that is depends on when it last looked:
 * after a storm that is anything up to dozens of MiB. A program that is started with this
 * environment collects when it is told to.
 */
const preload = [
  "import { setFlagsFromString } from 'node:v8';",
  "import { runInNewContext } from 'node:vm';",
  "setFlagsFromString('--expose-gc');",
  "const collect = runInNewContext('gc');",
  "process.on('SIGURG', () => collect({ type: 'major', flavor: 'last-resort' }));",
].join('');

/** For `runProgram`. */
export const collectable = {
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(preload)}`,
} as const;

/** Tells such a program to collect its garbage, all of it. */
export const collectGarbage = (pid: number): void => {
  process.kill(pid, 'SIGURG');
};
