#!/usr/bin/env node
/**
 * Starts the build on a Node that can run it. Written so that an old Node parses it: on one
 * that is too old, the `node` package that is installed beside it takes over where there is
 * one, and otherwise a single line says what is needed.
 */
import { spawn } from 'child_process';
import { existsSync } from 'fs';
import { fileURLToPath } from 'url';

const NEEDED = 22;
const build = new URL('../dist/src/main.js', import.meta.url);

const giveUp = (line) => {
  process.stderr.write(`wsbouncer: ${line}\n`);
  process.exitCode = 1;
};

/** The `node` package of this package, or the one that npm has put beside this package. */
const newerNode = () =>
  ['../node_modules/node/bin/node', '../../node/bin/node']
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find((path) => path !== process.execPath && existsSync(path));

/** The descriptors that are passed on: a service manager may have handed over sockets. */
const descriptors = () => {
  const { LISTEN_FDS, LISTEN_PID } = process.env;
  const sockets = LISTEN_PID === String(process.pid) ? Number(LISTEN_FDS) || 0 : 0;
  return Array.from({ length: 3 + sockets }, () => 'inherit');
};

/** Hands over to `node`; signals and the exit code pass through. */
const runWith = (node) => {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: descriptors(),
  });
  const signals = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'];
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  child.on('error', (error) =>
    giveUp(`${node} does not start (${error.message}); run npm ci again`),
  );
  child.on('exit', (code, signal) => {
    if (signal === null) {
      process.exit(code);
    }
    for (const each of signals) process.removeAllListeners(each);
    process.kill(process.pid, signal);
  });
};

const start = () => {
  if (Number(process.versions.node.split('.')[0]) < NEEDED) {
    const node = newerNode();
    if (node) runWith(node);
    else
      giveUp(`Node ${NEEDED} or later is needed, this is ${process.version}; install a newer one`);
  } else if (existsSync(build)) {
    // React's other build keeps timings of every render, and grows.
    process.env.NODE_ENV = process.env.NODE_ENV || 'production';
    void import(build.href);
  } else {
    giveUp('the build is missing; run npm run build');
  }
};

start();
