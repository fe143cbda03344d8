/** The units for systemd say what the program takes, and agree with each other. */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { environmentName, OPTION_TABLE } from '../../src/cli/option-table.ts';
import { parseOptions } from '../../src/cli/options.ts';

type Setting = { readonly section: string; readonly name: string; readonly value: string };

/** A unit as systemd.syntax(7) has it, as far as ours go; anything else in it throws. */
const read = (file: string): readonly Setting[] => {
  const text = readFileSync(new URL(`../../deploy/${file}`, import.meta.url), 'utf8');
  let section = '';
  return text.split('\n').flatMap((line) => {
    if (line === '' || line.startsWith('#')) return [];
    const header = /^\[(\w+)\]$/.exec(line)?.[1];
    const [, name, value = ''] = /^(\w+)=(\S.*|)$/.exec(line) ?? [];
    if (header !== undefined) section = header;
    else if (name === undefined || section === '') throw new Error(`no unit has a line ${line}`);
    return name === undefined ? [] : [{ section, name, value }];
  });
};

const valuesOf = (unit: readonly Setting[], name: string): readonly string[] =>
  unit.filter((setting) => setting.name === name).map(({ value }) => value);

const only = (unit: readonly Setting[], name: string): string => {
  const values = valuesOf(unit, name);
  if (values.length !== 1) throw new Error(`${name} is there ${values.length} times`);
  return values[0]!;
};

const seconds = (text: string): number => {
  const amount = /^(\d+)s$/.exec(text)?.[1];
  if (amount === undefined) throw new Error(`${text} is not in seconds`);
  return Number(amount);
};

const service = read('wsbouncer.service');
const socket = read('wsbouncer.socket');

const environment = Object.fromEntries(
  valuesOf(service, 'Environment').map((pair) => pair.split('=', 2) as [string, string]),
);

/** What the program makes of the unit, with the one line that everybody has to write. */
const run = parseOptions({
  flags: {},
  env: { ...environment, WSBOUNCER_BACKEND: 'ws://127.0.0.1:7681/ws' },
  maxViewersDefault: 480,
  demo: false,
});

describe('the unit of the service', () => {
  test('sets options that there are, and only defaults: the file has the last word', () => {
    const known = new Set(OPTION_TABLE.map(({ name }) => environmentName(name)));
    expect(Object.keys(environment).filter((name) => !known.has(name))).toEqual([]);
    expect(only(service, 'ExecStart')).toBe('/usr/bin/wsbouncer');
    const names = service.map(({ name }) => name);
    expect(names.indexOf('EnvironmentFile')).toBeGreaterThan(names.lastIndexOf('Environment'));
    expect(run).toMatchObject({ headless: true, background: null });
  });

  test('has the program say that it is ready, and lets its child say so', () => {
    expect(only(service, 'Type')).toBe('notify');
    expect(only(service, 'NotifyAccess')).toBe('all');
    expect(seconds(only(service, 'WatchdogSec'))).toBeGreaterThanOrEqual(10);
    expect(only(service, 'ExecReload')).toBe('/bin/kill -USR2 $MAINPID');
  });

  test('leaves time for the drain, the close handshakes and the log', () => {
    expect(only(service, 'KillSignal')).toBe('SIGTERM');
    expect(run.drainWindowMs).toBeGreaterThan(0);
    const needed = run.drainWindowMs / 1000 + 3 + 2 + 1;
    expect(seconds(only(service, 'TimeoutStopSec'))).toBeGreaterThanOrEqual(needed);
  });

  test('keeps the control socket in a directory of its own', () => {
    const folder = dirname(run.control.socketPath ?? '');
    expect(folder).toBe(`/run/${only(service, 'RuntimeDirectory')}`);
    expect(only(service, 'RuntimeDirectoryMode')).toBe('0700');
    expect(only(service, 'DynamicUser')).toBe('yes');
  });

  test.each([
    ['NoNewPrivileges', 'yes'],
    ['ProtectSystem', 'strict'],
    ['PrivateTmp', 'yes'],
    ['RestrictAddressFamilies', 'AF_INET AF_INET6 AF_UNIX'],
    ['CapabilityBoundingSet', ''],
    // V8 could not run.
    ['MemoryDenyWriteExecute', 'no'],
    // The proxy reads /proc/net/tcp.
    ['ProcSubset', 'all'],
  ])('takes from it what it does not need: %s=%s', (name, value) => {
    expect(only(service, name)).toBe(value);
  });

  test('lets it make the calls that programs like it make', () => {
    expect(valuesOf(service, 'SystemCallFilter')).toEqual(['@system-service', '~@privileged']);
    expect(Number(only(service, 'LimitNOFILE'))).toBeGreaterThanOrEqual(65_536);
  });
});

describe('the unit of the socket', () => {
  test('listens where the program would, once, and lets it take viewers in', () => {
    expect(run.options.listen).toEqual({ host: '127.0.0.1', port: 8080 });
    expect(valuesOf(socket, 'ListenStream')).toEqual(['127.0.0.1:8080']);
    expect(only(socket, 'Accept')).toBe('no');
  });
});
