/**
 * What the demo's page does in a browser. `reconnect.ts` says when it comes back; this shell
 * keeps the socket and the timer, and shows what happens.
 */
import type { inPlainWords as InPlainWords } from './close-words.ts';
import type { nextStep as NextStep } from './reconnect.ts';

/** The little of a browser that the page uses: the types of this program know none. */
type PageElement = {
  textContent: string;
  hidden: boolean;
  onclick: (() => void) | null;
  readonly dataset: Record<string, string>;
  readonly setAttribute: (name: string, value: string) => void;
};
declare const document: {
  title: string;
  readonly hidden: boolean;
  readonly getElementById: (id: string) => PageElement | null;
  readonly addEventListener: (name: string, listener: () => void) => void;
};
declare const location: { readonly origin: string; readonly search: string };
declare const navigator: { readonly onLine: boolean };
declare const addEventListener: (name: string, listener: () => void) => void;

/**
 * Joins the session that the query names, and goes on joining it as `nextStep` says. Refers to
 * nothing outside itself but the browser and the page's elements: the page gets its text.
 */
export const runPage = (nextStep: typeof NextStep, inPlainWords: typeof InPlainWords): void => {
  const mostLines = 12;
  const mostCharacters = 240;
  const redrawMs = 100;

  const session = new URLSearchParams(location.search).get('session') ?? 'clock';
  const url = `${location.origin.replace(/^http/, 'ws')}/ws/${encodeURIComponent(session)}`;
  const lines: string[] = [];
  const counts = { frames: 0, connections: 0, refusals: 0 };
  let tries = 0;
  let waiting: { dueAt: number; readonly earliestAt: number } | null = null;
  let timer: NodeJS.Timeout | undefined;
  let redraw: NodeJS.Timeout | undefined;

  const element = (id: string): PageElement => {
    const found = document.getElementById(id);
    if (found === null) throw new Error(`the page has no #${id}`);
    return found;
  };
  const main = element('main');
  const button = element('button');

  // Whatever comes from outside is text, and never HTML.
  const put = (id: string, text: string): void => {
    const place = element(id);
    if (place.textContent !== text) place.textContent = text;
  };

  const show = (state: string, headline: string, why: string, said = ''): void => {
    main.dataset['state'] = state;
    document.title = `${headline}: ${session}`;
    put('headline', headline);
    put('why', why);
    put('said', said);
    put('connections', String(counts.connections));
    put('refusals', String(counts.refusals));
  };

  const draw = (): void => {
    redraw = undefined;
    put('frames', String(counts.frames));
    put('lines', lines.join('\n'));
  };

  const note = (data: unknown): void => {
    const binary = data instanceof ArrayBuffer;
    const text = binary ? `(binary, ${data.byteLength} bytes)` : String(data);
    counts.frames += 1;
    lines.push(text.length > mostCharacters ? `${text.slice(0, mostCharacters)}…` : text);
    if (lines.length > mostLines) lines.shift();
    // A session may say a thousand things a second: nobody reads so fast.
    redraw ??= setTimeout(draw, redrawMs);
  };

  /** Counts down, and connects when the time has come. */
  const tick = (): void => {
    clearTimeout(timer);
    if (waiting === null) return;
    const leftMs = waiting.dueAt - performance.now();
    if (leftMs <= 0) {
      connect();
    } else if (leftMs === Infinity) {
      put('plan', 'Tries again when the network is back.');
    } else {
      put('plan', `Tries again in ${Math.ceil(leftMs / 1_000)} s.`);
      timer = setTimeout(tick, Math.min(leftMs, leftMs % 1_000 || 1_000));
    }
  };

  /** Somebody looks at the tab again, or the network is back: why wait any longer? */
  const hurry = (): void => {
    if (waiting === null || !navigator.onLine) return;
    waiting.dueAt = Math.min(waiting.dueAt, waiting.earliestAt);
    tick();
  };

  const onEnd = (code: number, reason: string, heard: boolean, openMs: number): void => {
    const step = nextStep({ code, heard, openMs, online: navigator.onLine }, tries, Math.random);
    tries = step.tries;
    if (code === 1013) counts.refusals += 1;
    const { headline, why } = inPlainWords(code, reason);
    show(step.next, headline, why, reason === '' ? `code ${code}` : `code ${code}, “${reason}”`);
    button.hidden = false;
    if (step.next === 'ask') {
      button.textContent = 'Come back';
      put('plan', 'This page does not come back by itself.');
      return;
    }
    button.textContent = 'Try now';
    const now = performance.now();
    const dueAt = step.next === 'wait' ? now + step.afterMs : Infinity;
    waiting = { dueAt, earliestAt: now + step.earliestMs };
    tick();
  };

  const connect = (): void => {
    clearTimeout(timer);
    waiting = null;
    button.hidden = true;
    counts.connections += 1;
    put('plan', '');
    show('connecting', 'Connecting', `Asks for a place in ${session}.`);
    let openedAt: number | null = null;
    let heard = false;
    const socket = new WebSocket(url);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      openedAt = performance.now();
      show('open', 'Open', 'Waits for the first frame.');
    };
    socket.onmessage = ({ data }) => {
      if (!heard) show('live', 'Live', `This tab is a viewer of ${session}.`);
      heard = true;
      note(data);
    };
    socket.onclose = ({ code, reason }) => {
      onEnd(code, reason, heard, openedAt === null ? 0 : performance.now() - openedAt);
    };
  };

  button.onclick = connect;
  addEventListener('online', hurry);
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) hurry();
  });
  put('session', session);
  document.getElementById(`to-${session}`)?.setAttribute('aria-current', 'page');
  connect();
};
