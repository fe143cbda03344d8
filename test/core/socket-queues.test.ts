import { readFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { endianness, networkInterfaces, platform } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { queueKey, readQueues, type Ends } from '../../src/core/socket-queues.ts';

const ends = (
  localAddress: string,
  localPort: number,
  remoteAddress: string,
  remotePort: number,
): Ends => ({ localAddress, localPort, remoteAddress, remotePort });

/** As Linux 6 prints it on x86-64, listeners and trailing blanks included. */
const TCP = `\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 164587 1 00000000fc651b45 100 0 0 10 0                    
   1: 0100007F:1F90 0100007F:D2A4 01 0027AC40:00000000 01:00000014 00000000  1000        0 164601 4 0000000011111111 20 4 30 10 -1                   
   2: 0100007F:D2A4 0100007F:1F90 01 00000000:0005B0A1 00:00000000 00000000  1000        0 164600 1 0000000022222222 20 4 30 10 -1                   
  33: 0A00020F:01BB CB00710A:FFFF 01 00000001:00000000 01:00000014 00000000     0        0 164700 2 0000000033333333 20 4 30 10 -1                   
1042: 0F02000A:01BB 0A7100CB:C001 08 00000000:00000001 00:00000000 00000000     0        0 164701 1 0000000044444444 20 4 30 10 -1                   
`;

const TCP6 = `\
  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 170000 1 0000000055555555 100 0 0 10 0
   1: 00000000000000000000000001000000:1F90 00000000000000000000000001000000:D2A4 01 00001000:00000000 01:00000014 00000000  1000        0 170001 4 0000000066666666 20 4 30 10 -1
   2: 0000000000000000FFFF00000100007F:1F90 0000000000000000FFFF00000100007F:9C42 01 000000FF:00000000 01:00000014 00000000  1000        0 170002 4 0000000077777777 20 4 30 10 -1
   3: B80D0120000000000000000001000000:01BB 000080FE00000000FF005002525452FE:C3A0 01 7FFFFFFF:00000000 01:00000014 00000000  1000        0 170003 4 0000000088888888 20 4 30 10 -1
`;

describe('queueKey', () => {
  const rows: [string, Ends, string, string][] = [
    [
      'IPv4',
      ends('127.0.0.1', 8080, '10.0.2.15', 53_924),
      '0100007F:1F90 0F02000A:D2A4',
      '7F000001:1F90 0A00020F:D2A4',
    ],
    [
      'the IPv6 loopback',
      ends('::1', 8080, '::', 0),
      '00000000000000000000000001000000:1F90 00000000000000000000000000000000:0000',
      '00000000000000000000000000000001:1F90 00000000000000000000000000000000:0000',
    ],
    [
      'IPv6 with and without a gap',
      ends('2001:db8::1', 443, '2001:db8:0:1:2:3:a0:ffff', 1),
      'B80D0120000000000000000001000000:01BB B80D01200100000003000200FFFFA000:0001',
      '20010DB8000000000000000000000001:01BB 20010DB8000000010002000300A0FFFF:0001',
    ],
    [
      'IPv6 of one link',
      ends('fe80::1%eth0', 443, 'fe80::250:ff:fe52:5452%eth0.100', 50_080),
      '000080FE000000000000000001000000:01BB 000080FE00000000FF005002525452FE:C3A0',
      'FE800000000000000000000000000001:01BB FE80000000000000025000FFFE525452:C3A0',
    ],
    [
      'IPv4 on a socket for both',
      ends('::ffff:127.0.0.1', 8080, '::ffff:10.0.2.15', 40_002),
      '0000000000000000FFFF00000100007F:1F90 0000000000000000FFFF00000F02000A:9C42',
      '00000000000000000000FFFF7F000001:1F90 00000000000000000000FFFF0A00020F:9C42',
    ],
  ];
  it.each(rows)('writes %s as the kernel of either byte order does', (_name, at, little, big) => {
    expect(queueKey(at, true)).toBe(little);
    expect(queueKey(at, false)).toBe(big);
  });

  it('never throws, whatever it is given for an address', () => {
    for (const address of [
      '',
      'nonsense',
      ':',
      ':::',
      '1.2.3',
      '::ffff:1.2.3.4.5',
      '1:2:3:4:5:6:7:8::9',
      '%',
      'é::1',
    ]) {
      expect(queueKey(ends(address, 1, address, 2), true)).toContain(':0001 ');
    }
  });
});

/** What waits, and is not being sent again. */
const waiting = (bytes: number) => ({ bytes, retransmits: 0 });

describe('readQueues', () => {
  const here = queueKey(ends('127.0.0.1', 8080, '127.0.0.1', 53_924), true);
  const there = queueKey(ends('127.0.0.1', 53_924, '127.0.0.1', 8080), true);

  it('reads what is not acknowledged, not what is not read', () => {
    const queues = readQueues(TCP, new Set([here, there]));
    expect(queues).toEqual(
      new Map([
        [here, waiting(0x27ac40)],
        [there, waiting(0)],
      ]),
    );
  });

  it('reads the rows of IPv6 and of IPv4 on a socket for both', () => {
    const six = queueKey(ends('::1', 8080, '::1', 53_924), true);
    const mapped = queueKey(ends('::ffff:127.0.0.1', 8080, '::ffff:127.0.0.1', 40_002), true);
    expect([...readQueues(TCP6, new Set([six, mapped]))]).toEqual([
      [six, waiting(4_096)],
      [mapped, waiting(255)],
    ]);
  });

  it('reads a row whose number takes the whole column', () => {
    const key = queueKey(ends('10.0.2.15', 443, '203.0.113.10', 49_153), true);
    expect(readQueues(TCP, new Set([key])).get(key)).toEqual(waiting(0));
  });

  it('reads what a machine of the other byte order prints', () => {
    const key = queueKey(ends('10.0.2.15', 443, '203.0.113.10', 65_535), false);
    expect(readQueues(TCP, new Set([key])).get(key)).toEqual(waiting(1));
  });

  it('reads how often the same was sent again, and not how often a full far side was asked', () => {
    const table = [
      `   1: ${here} 01 00000010:00000000 01:00000014 0000000B  1000        0 1 2 0 20 4 30 10 -1`,
      `   2: ${there} 01 00000010:00000000 04:00000014 0000000B  1000        5 1 2 0 20 4 30 10 -1`,
    ].join('\n');
    expect([...readQueues(table, new Set([here, there])).values()]).toEqual([
      { bytes: 16, retransmits: 11 },
      waiting(16),
    ]);
  });

  it('leaves out what is not there, and everything that nobody asked for', () => {
    const missing = queueKey(ends('127.0.0.1', 8080, '127.0.0.1', 1), true);
    expect(readQueues(TCP, new Set([missing]))).toEqual(new Map());
    expect(readQueues(TCP, new Set())).toEqual(new Map());
    expect(readQueues('', new Set([here]))).toEqual(new Map());
  });

  it('passes over rows that are cut off or make no sense', () => {
    const table = [
      'local_address rem_address',
      `   1: ${here}`,
      `   1: ${here} 01`,
      `   1: ${here} 01 quite:wrong`,
      `   1: ${here} 01 :`,
      '\0\0\0',
      `   2: ${there} 01 00000010:00000000 00:00000000`,
    ].join('\n');
    expect([...readQueues(table, new Set([here, there]))]).toEqual([[there, waiting(16)]]);
  });
});

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
);

/** Where a server listens and a viewer connects: IPv4 everywhere, IPv6 where the machine has it. */
const PAIRS: (readonly [listen: string, connect: string, table: string])[] = [
  ['127.0.0.1', '127.0.0.1', '/proc/net/tcp'],
  ...(hasIpv6
    ? ([
        ['::1', '::1', '/proc/net/tcp6'],
        ['::', '127.0.0.1', '/proc/net/tcp6'],
      ] as const)
    : []),
];

describe('a real connection', () => {
  const open: { destroy: () => unknown }[] = [];
  afterEach(() => {
    for (const socket of open.splice(0)) socket.destroy();
  });

  /** The server's end of a connection whose other end reads nothing. */
  const stalled = async (listen: string, host: string): Promise<Socket> => {
    const server = createServer();
    server.listen(0, listen);
    await once(server, 'listening');
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const viewer = connect((server.address() as AddressInfo).port, host).pause();
    open.push(viewer, { destroy: () => server.close() });
    const [socket] = await accepted;
    open.push(socket);
    return socket;
  };

  it.each(PAIRS)('at %s from %s has bytes in its queue when nobody reads', async (...pair) => {
    const [listen, host, file] = pair;
    const socket = await stalled(listen, host);
    socket.write(Buffer.alloc(32 * 1024 * 1024));
    const { localAddress = '', localPort = 0, remoteAddress = '', remotePort = 0 } = socket;
    const key = queueKey(
      ends(localAddress, localPort, remoteAddress, remotePort),
      endianness() === 'LE',
    );
    expect(key).toMatch(/^([0-9A-F]{8}|[0-9A-F]{32}):[0-9A-F]{4} ([0-9A-F]{8}){1,4}:[0-9A-F]{4}$/);
    // Elsewhere there is no such table, and the key is all that can be looked at.
    const isLinux = platform() === 'linux';
    const table = isLinux ? await readFile(file, 'latin1') : `1: ${key} 01 00000001:0`;
    expect(socket.writableLength).toBeGreaterThan(0);
    expect(readQueues(table, new Set([key])).get(key)?.bytes).toBeGreaterThan(0);
  });
});
