import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { readKernelQueues } from '../../src/proxy/kernel-queues.ts';
import { privateDirectory } from '../support/backend-server.ts';

const hex = (value: number, digits: number): string =>
  value.toString(16).toUpperCase().padStart(digits, '0');

const keyOf = (nth: number): string => `0100007F:1F90 0100007F:${hex(nth, 4)}`;

/** A row as the kernel writes it; `nth` is the far side's port, and of what waits for it. */
const row = (nth: number): string =>
  `${String(nth).padStart(4)}: ${keyOf(nth)} 01 ${hex(nth, 8)}:00000000 00:00000000 00000000  1000        0 ${nth} 1 0000000000000000 20 4 30 10 -1`;

const waiting = (bytes: number) => ({ bytes, retransmits: 0 });

/** Larger than a piece, so that rows are cut in two. */
const table = (rows: number): string =>
  [
    '  sl  local_address rem_address   st tx_queue',
    ...Array.from({ length: rows }, (_, nth) => row(nth)),
  ]
    .map((line) => `${line}\n`)
    .join('');

describe("the kernel's table", () => {
  it('tells of every connection, however its pieces fall', async () => {
    const path = `${await privateDirectory()}/tcp`;
    await writeFile(path, table(3_000));
    const wanted = Array.from({ length: 3_000 }, (_, nth) => [keyOf(nth), waiting(nth)] as const);
    const keys = new Set([...wanted.map(([key]) => key), 'nobody']);
    expect(await readKernelQueues(keys, [path])).toEqual(new Map(wanted));
  });

  it('tells of the last one though no line break follows', async () => {
    const path = `${await privateDirectory()}/tcp`;
    await writeFile(path, table(2).trimEnd());
    expect(await readKernelQueues(new Set([keyOf(1)]), [path])).toEqual(
      new Map([[keyOf(1), waiting(1)]]),
    );
  });

  it('is passed over where it is missing or cannot be read', async () => {
    const directory = await privateDirectory();
    await writeFile(`${directory}/tcp6`, table(2));
    const tables = [`${directory}/tcp`, directory, `${directory}/tcp6`];
    expect(await readKernelQueues(new Set([keyOf(1)]), tables)).toEqual(
      new Map([[keyOf(1), waiting(1)]]),
    );
    expect(await readKernelQueues(new Set([keyOf(1)]), tables.slice(0, 2))).toEqual(new Map());
  });
});
