import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { viewerAddress } from '../../src/core/forwarded.ts';

/** Controls, ASCII, latin1 and a little beyond it. */
const unit = fc.nat(0x2ff).map((code) => String.fromCharCode(code));

const TRUSTED = new Set(['10.0.0.1', '10.0.0.2', 'fd00::1']);
const trusted = (address: string): boolean => TRUSTED.has(address);

const arrive = (
  address: string | undefined,
  rawHeaders: readonly string[] = [],
  port: number | undefined = 5000,
) =>
  viewerAddress({
    peer: { address, port },
    rawHeaders: ['Host', 'a.example', ...rawHeaders],
    trusted,
  });

const SPOOFED = [
  'X-Forwarded-For',
  '198.51.100.9',
  'X-Forwarded-Proto',
  'https',
  'X-Forwarded-Host',
  'evil.example',
];

describe('viewerAddress', () => {
  it.each([
    ['192.0.2.1', SPOOFED, 'https'],
    ['10.0.0.1', [], 'https'],
    ['10.0.0.1', ['X-Forwarded-Proto', 'http'], 'http'],
    [undefined, [], 'https'],
  ] as const)('knows a connection from %s that is TLS itself', (address, headers, proto) => {
    const rawHeaders = ['Host', 'a.example', ...headers];
    const peer = { address, port: 5000 };
    expect(viewerAddress({ peer, rawHeaders, secure: true, trusted })).toMatchObject({ proto });
  });

  it('does not believe a peer that is not trusted', () => {
    expect(arrive('192.0.2.1', SPOOFED)).toEqual({
      remote: '192.0.2.1:5000',
      forwardedFor: '192.0.2.1',
      proto: 'http',
      host: 'a.example',
    });
  });

  it('believes a trusted peer, and appends to its list', () => {
    expect(arrive('10.0.0.1', SPOOFED)).toEqual({
      remote: '198.51.100.9',
      forwardedFor: '198.51.100.9, 10.0.0.1',
      proto: 'https',
      host: 'evil.example',
    });
  });

  it.each([
    ['2001:db8::1', '[2001:db8::1]:5000', '2001:db8::1'],
    ['::ffff:192.0.2.1', '192.0.2.1:5000', '192.0.2.1'],
    ['::FFFF:192.0.2.1', '192.0.2.1:5000', '192.0.2.1'],
    ['fe80::1%eth0', '[fe80::1]:5000', 'fe80::1'],
  ])('shows the peer %s as %s', (address, remote, forwardedFor) => {
    expect(arrive(address)).toMatchObject({ remote, forwardedFor });
  });

  it('calls a peer without an address unix, and believes nothing it says', () => {
    const arrival = viewerAddress({ peer: {}, rawHeaders: SPOOFED, trusted: () => true });
    expect(arrival).toEqual({ remote: 'unix', forwardedFor: 'unknown', proto: 'http', host: '' });
  });

  it('trusts an IPv4 peer on an IPv6 socket by its IPv4 address', () => {
    expect(arrive('::ffff:10.0.0.1', SPOOFED).remote).toBe('198.51.100.9');
  });

  it.each([
    ['the last entry that no trusted proxy wrote', ['1.1.1.1, 2.2.2.2'], '2.2.2.2'],
    ['past trusted proxies', ['1.1.1.1, 2.2.2.2, 10.0.0.2'], '2.2.2.2'],
    ['over several lines', ['1.1.1.1', '2.2.2.2', '10.0.0.2, fd00::1'], '2.2.2.2'],
    ['to the first where all are trusted', ['10.0.0.2, fd00::1'], '10.0.0.2'],
    ['with a port', ['2.2.2.2:99'], '2.2.2.2:99'],
    ['with brackets and a port', ['[2001:DB8::5]:99'], '[2001:db8::5]:99'],
    ['with brackets', ['[2001:db8::5]'], '2001:db8::5'],
    ['mapped from IPv4', ['::ffff:2.2.2.2'], '2.2.2.2'],
    ['past a trusted one with a port', ['2.2.2.2, 10.0.0.2:1'], '2.2.2.2'],
    ['to the last good one before garbage', ['1.1.1.1, unknown, 10.0.0.2'], '10.0.0.2'],
    ['nowhere over garbage', ['1.1.1.1, a.example'], '10.0.0.1:5000'],
    ['nowhere over a number', ['300.1.1.1'], '10.0.0.1:5000'],
    ['nowhere over a zone', ['fe80::1%eth0'], '10.0.0.1:5000'],
    ['nowhere without entries', [', ,'], '10.0.0.1:5000'],
  ])('walks %s', (_what, lines, remote) => {
    const raw = lines.flatMap((line) => ['x-forwarded-for', line]);
    expect(arrive('10.0.0.1', raw).remote).toBe(remote);
  });

  it.each([
    ['https', 'https'],
    ['HTTPS', 'https'],
    ['wss', 'https'],
    ['ws', 'http'],
    ['https, http', 'https'],
    ['gopher', 'http'],
    ['constructor', 'http'],
    ['', 'http'],
  ])('reads the protocol %s as %s', (text, proto) => {
    expect(arrive('10.0.0.1', ['X-Forwarded-Proto', text]).proto).toBe(proto);
  });

  it.each([
    ['b.example:8080', 'b.example:8080'],
    ['b.example, c.example', 'b.example'],
    ['b@example', 'a.example'],
    ['', 'a.example'],
  ])('reads the host %s as %s', (text, host) => {
    expect(arrive('10.0.0.1', ['X-Forwarded-Host', text]).host).toBe(host);
  });

  it('takes no words of a viewer into what is shown, and no line break anywhere', () => {
    const entry = fc.oneof(fc.ipV4(), fc.ipV6(), fc.string({ unit }), fc.constant('10.0.0.2'));
    const name = fc.constantFrom(
      'X-Forwarded-For',
      'X-Forwarded-Proto',
      'X-Forwarded-Host',
      'Host',
    );
    const raws = fc.array(
      fc.tuple(
        name,
        fc.array(entry).map((each) => each.join(', ')),
      ),
    );
    const peers = fc.oneof(fc.constantFrom(undefined, '10.0.0.1', '192.0.2.1'), fc.string());
    fc.assert(
      fc.property(peers, raws, (address, fields) => {
        const told = viewerAddress({
          peer: { address, port: 1 },
          rawHeaders: fields.flat(),
          trusted,
        });
        expect(told.remote).toMatch(/^(unix|[0-9a-f:.[\]]+)$/);
        expect(told.forwardedFor).toMatch(/^[\x20-\x7e]+$/);
        expect(told.proto).toMatch(/^https?$/);
        expect(told.host).toMatch(/^[\x21-\x7e]*$/);
      }),
    );
  });

  it('shows an untrusted peer whatever it says', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.array(fc.string()), (address, entries) => {
        fc.pre(!trusted(address));
        const raw = ['X-Forwarded-For', entries.join(', ')];
        expect(arrive(address, raw)).toMatchObject({
          remote: `${address}:5000`,
          forwardedFor: address,
        });
      }),
    );
  });
});
