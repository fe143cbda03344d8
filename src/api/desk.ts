/** From a request to its answer: the gate, the route, the body, and the two that stay open. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../clock.ts';
import { attachProtocol, type Carrier } from '../control/carrier.ts';
import type { Naming } from '../control/under-name.ts';
import { lineCarrier } from '../control/line-carrier.ts';
import { problem, type Answer } from './answer.ts';
import { bodyOf, hasBody } from './body.ts';
import { admit, type Door } from './gate.ts';
import type { Office } from './office.ts';
import { longestStalled, STALLED_MS } from './places.ts';
import type { Recall } from './recall.ts';
import { routeOf, type Route } from './routes.ts';
import { send, sendBare, type Attendant } from './server.ts';
import type { Streams } from './streams.ts';
import { parametersOf } from './query.ts';

/** How many may stay open at once, over all doors. */
const MOST = { streams: 100, consoles: 32 } as const;

const RETRY = { 'Retry-After': '10' } as const;

/** Who is at the desk, whichever door he came through. */
export type DeskParts = {
  readonly office: Office;
  readonly clock: Clock;
  readonly recall: Recall;
  readonly streams: Streams;
  /** Offers the control over a carrier. */
  readonly serve: (carrier: Carrier, naming?: Naming) => void;
  readonly maxStreamsPerAddress: number;
};

/** A console speaks every few seconds, and at once for each picture that it has taken. */
type Console = { readonly socket: Socket; stillSince: number };

type Seats = { readonly byAddress: Map<string, number>; readonly consoles: Set<Console> };

/** What becomes of those who hold a place for nothing. */
const OR_WAIT = `or wait until one has taken nothing for ${STALLED_MS / 1000} s`;

/** A carrier that tells when the other end says something. */
const heardBy = (carrier: Carrier, heard: () => void): Carrier => ({
  send: carrier.send,
  onMessage: (handler) =>
    carrier.onMessage((text) => {
      heard();
      handler(text);
    }),
  onClose: carrier.onClose,
  close: carrier.close,
});

const splitTarget = (target: string): { readonly path: string; readonly query: string } => {
  const at = target.indexOf('?');
  return at < 0
    ? { path: target, query: '' }
    : { path: target.slice(0, at), query: target.slice(at + 1) };
};

/** Takes requests of all doors. */
export class Desk {
  readonly #parts: DeskParts;
  readonly #seats: Seats = { byAddress: new Map(), consoles: new Set() };

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  /** Those who come through one door. */
  attendant(door: Door): Attendant {
    return {
      request: (request, response) => this.#request(door, request, response),
      protocol: attachProtocol,
      upgrade: (request, socket, head) => this.#upgrade(door, request, socket, head),
    };
  }

  async #request(door: Door, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const admission = admit(request, door);
    if (!admission.ok) {
      response.shouldKeepAlive = false;
      send(request, response, admission.answer);
      return;
    }
    const { path, query } = splitTarget(request.url ?? '/');
    const found = routeOf(request.method ?? 'GET', path);
    if (!found.ok) {
      this.#refuse(request, response, found.answer);
      return;
    }
    const { route, params } = found;
    if (route.does === 'events') {
      this.#stream(door, request, response, new URLSearchParams(query));
      return;
    }
    if (route.does === 'attach') {
      const detail = `that is for consoles: send Upgrade: ${attachProtocol}`;
      const upgrade = { Upgrade: attachProtocol, Connection: 'Upgrade' };
      this.#refuse(request, response, problem(426, detail, upgrade));
      return;
    }
    const body = route.body ? await bodyOf(request) : ({ ok: true, value: {} } as const);
    if (!body.ok) {
      this.#refuse(request, response, body.answer);
      return;
    }
    const ask = {
      params,
      query: new URLSearchParams(query),
      body: body.value,
      actor: admission.actor,
    };
    // A body that nobody wanted is not waited for.
    if (!route.body && hasBody(request)) response.shouldKeepAlive = false;
    send(request, response, await route.does(ask, this.#parts.office));
  }

  /** The rest of what it sends is not read. */
  #refuse(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
    if (hasBody(request)) response.shouldKeepAlive = false;
    send(request, response, answer);
  }

  #stream(
    door: Door,
    request: IncomingMessage,
    response: ServerResponse,
    query: URLSearchParams,
  ): void {
    const { recall, streams, maxStreamsPerAddress } = this.#parts;
    const given = parametersOf(query, ['after', 'follow']);
    if (!given.ok) {
      this.#refuse(request, response, given.answer);
      return;
    }
    const { follow = 'true' } = given.value;
    if (follow !== 'true' && follow !== 'false') {
      this.#refuse(request, response, problem(400, 'follow is true or false: leave it out'));
      return;
    }
    const ends = follow === 'false';
    const header = request.headers['last-event-id'];
    const said = (typeof header === 'string' && header !== '' ? header : null) ?? given.value.after;
    const id = said ?? (ends ? '0' : undefined);
    const after =
      id === undefined
        ? { number: recall.newest, restarted: false }
        : id === '0'
          ? { number: recall.oldest - 1, restarted: false }
          : recall.numberOf(id);
    if (after === null) {
      const detail = 'that is no id of an event: pass the last one that came, or 0 for all';
      this.#refuse(request, response, problem(400, detail));
      return;
    }
    const address = door.kind === 'tcp' ? (request.socket.remoteAddress ?? '') : null;
    const there = address === null ? 0 : (this.#seats.byAddress.get(address) ?? 0);
    if (there >= maxStreamsPerAddress && address !== null && !streams.makeRoom(address)) {
      const detail = `${there} event streams run to this address: end one, or raise --max-streams-per-address`;
      this.#refuse(request, response, problem(429, detail, RETRY));
      return;
    }
    if (streams.count >= MOST.streams && !streams.makeRoom()) {
      const detail = `${MOST.streams} event streams run: end one, ${OR_WAIT}`;
      this.#refuse(request, response, problem(503, detail, RETRY));
      return;
    }
    if (address !== null) {
      this.#seats.byAddress.set(address, (this.#seats.byAddress.get(address) ?? 0) + 1);
      response.on('close', () => this.#standUp(address));
    }
    request.socket.setTimeout(0);
    request.socket.setKeepAlive(true, 30_000);
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    });
    const { number, restarted } = after;
    streams.open(response, number, { restarted, last: ends ? recall.newest : null, address });
  }

  #standUp(address: string): void {
    const left = (this.#seats.byAddress.get(address) ?? 1) - 1;
    if (left > 0) this.#seats.byAddress.set(address, left);
    else this.#seats.byAddress.delete(address);
  }

  #upgrade(door: Door, request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const admission = admit(request, door);
    const refusal = admission.ok ? this.#wrongUpgrade(request) : admission.answer;
    if (refusal !== null || !admission.ok || !(socket instanceof Socket)) {
      sendBare(socket, refusal ?? problem(500, 'nothing attaches here: use another connection'));
      return;
    }
    const { consoles } = this.#seats;
    const { clock } = this.#parts;
    const seat: Console = { socket, stillSince: clock.now() };
    consoles.add(seat);
    socket.on('close', () => consoles.delete(seat));
    socket.setTimeout(0);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
    const head101 = ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade'];
    socket.write(`${head101.join('\r\n')}\r\nUpgrade: ${attachProtocol}\r\n\r\n`);
    const lines = lineCarrier(socket, { head, mostLineBytes: 256 * 1024 });
    const carrier = heardBy(lines, () => {
      seat.stillSince = clock.now();
    });
    this.#parts.serve(carrier, admission.naming ?? undefined);
  }

  /** Why nobody attaches with this; null where he does. */
  #wrongUpgrade(request: IncomingMessage): Answer | null {
    const found = routeOf(request.method ?? 'GET', splitTarget(request.url ?? '/').path);
    if (!found.ok) return found.answer;
    const { does }: Pick<Route, 'does'> = found.route;
    if (does !== 'attach' || request.headers.upgrade?.toLowerCase() !== attachProtocol) {
      return problem(400, `only /v1/attach is upgraded, and only to ${attachProtocol}`);
    }
    return this.#seats.consoles.size < MOST.consoles || this.#makeRoom()
      ? null
      : problem(503, `${MOST.consoles} consoles are attached: quit one, ${OR_WAIT}`, RETRY);
  }

  /** Cuts the console that has stalled for longest, which dials again when it goes on. */
  #makeRoom(): boolean {
    const { consoles } = this.#seats;
    const stalled = longestStalled(consoles, this.#parts.clock.now());
    if (stalled === null) return false;
    consoles.delete(stalled);
    stalled.socket.destroy();
    return true;
  }
}
