/** The first lines of the screen: which proxy this is, whether it lives, and how it is. */
import type { Snapshot, Totals } from '../contract.ts';
import { drainIn } from './drain.ts';
import { formatAge, formatClock, formatCount, formatUptime, plural } from './format.ts';
import type { Glyphs } from './glyphs.ts';
import { outageTitle } from './outage.ts';
import { hiddenEvents, pausedFor } from './pause.ts';
import { isReplay, replayTime, replayTitle } from './replay.ts';
import type { State } from './state.ts';
import {
  clean,
  fill,
  firstThatFits,
  line,
  type Line,
  shorten,
  spread,
  type Tone,
  widthOf,
} from './text.ts';

/** Silence after which a picture is called old; with viewers connected there are four a second. */
const staleMs = 2000;

/** Wall-clock time as far as the console can tell, from the last picture on. */
const wallTime = ({ snapshot, now, receivedAt }: State): number | null =>
  snapshot === null ? null : snapshot.at + (snapshot.replay === undefined ? now - receivedAt : 0);

const urlOf = (address: string): string =>
  address.startsWith('unix:') || !address.includes(':') ? clean(address) : `ws://${clean(address)}`;

const lifeOf = (state: State): Line => {
  const { snapshot, ended, outage, now, receivedAt } = state;
  if (ended !== null) return line('ENDED', 'bad');
  if (outage !== null) return line(outageTitle(outage, now), 'bad');
  if (snapshot === null) return line('WAITING', 'dim');
  const replayed = replayTitle(state);
  if (replayed !== null) return line(replayed, 'warn');
  const pausedMs = pausedFor(state);
  if (pausedMs !== null) {
    const hidden = hiddenEvents(state);
    const since = hidden > 0 ? ` +${plural(hidden, 'event')}` : '';
    return line(`PAUSED ${formatAge(pausedMs)}${since}`, 'warn');
  }
  const silentMs = now - receivedAt;
  return snapshot.totals.viewers > 0 && silentMs >= staleMs
    ? line(`OLD ${Math.floor(silentMs / 1000)}s`, 'bad')
    : line('LIVE', 'good');
};

/** That it drains, for how long and with whom; or that it takes nobody in. */
const doorOf = (state: State): Line => {
  if (state.outage?.stopped === true) return [];
  const drain = drainIn(state);
  if (drain !== null) {
    return line(
      `DRAINING ${formatAge(drain.leftMs + 999)} ${formatCount(drain.viewers)} left `,
      'warn',
    );
  }
  return state.snapshot?.totals.locked === true ? line('ALL LOCKED ', 'warn') : [];
};

/** Name, address, how long it runs, and whether what is shown is of now. */
export const titleLine = (state: State, columns: number): Line => {
  const { snapshot } = state;
  const wall = wallTime(state);
  const clock = wall === null ? '' : ` ${replayTime(state) ?? `${formatClock(wall)}Z`}`;
  const { name: called, accent, readOnly } = state.settings;
  const looks = readOnly && !isReplay(state) ? line('READ-ONLY ', 'warn') : [];
  const right: Line = [...looks, ...doorOf(state), ...lifeOf(state), ...line(`${clock} `)];
  const tone = accent === null ? 'strong' : (`accent-${accent}` as const);
  const name = line(` ${called === null ? 'wsbouncer' : clean(called)}`, tone);
  if (snapshot === null) return spread(name, right, columns);
  const up = line(`  up ${formatUptime((wall ?? snapshot.at) - snapshot.startedAt)}`, 'dim');
  const url = line(`  ${urlOf(snapshot.address)}`);
  const left = firstThatFits(
    [[...name, ...url, ...up], [...name, ...url], name],
    columns - widthOf(right) - 1,
  );
  return spread(left, right, columns);
};

/** Sessions that take no newcomer, each alone; where all are locked the title says so. */
const locksOf = ({ locked, locks }: Totals): readonly Line[] =>
  locked || locks === 0 ? [] : [line(`${formatCount(locks)} locked`, 'warn')];

/** What happens is not on record: that is told for as long as it lasts. */
const logTrouble = ({ logFails }: Totals): readonly Line[] =>
  logFails ? [line('log fails', 'bad')] : [];

const problemsOf = ({ totals }: Snapshot, glyphs: Glyphs): readonly Line[] => {
  const counts: readonly (readonly [number, string, Tone, string])[] = [
    [totals.stuck, glyphs.state.stuck, 'stuck', 'stuck'],
    [totals.expiring, glyphs.state.expiring, 'expiring', 'expiring'],
    [totals.late, glyphs.state.late, 'late', 'late'],
    [totals.over, glyphs.state.over, 'over', 'over'],
    [totals.full, glyphs.state.full, 'full', 'full'],
  ];
  return counts
    .filter(([count]) => count > 0)
    .map(([count, sign, tone, word]) => line(`${sign} ${formatCount(count)} ${word}`, tone));
};

/** A proxy this full is told with what it can hold. */
const nearlyFull = 0.8;

/** Counts over everything, what is wrong in colour; as much as fits. */
export const totalsLine = (state: State, columns: number, glyphs: Glyphs): Line => {
  const { snapshot } = state;
  if (snapshot === null) return line(' waiting for the first picture', 'dim');
  const { totals, maxViewers, cap, loopP99Ms } = snapshot;
  const problems = problemsOf(snapshot, glyphs);
  const most = totals.viewers >= maxViewers * nearlyFull ? ` of ${formatCount(maxViewers)}` : '';
  const viewers = `${formatCount(totals.viewers)}${most} viewer${totals.viewers === 1 ? '' : 's'}`;
  // A log may not have told it yet.
  const capped = cap > 0 ? [`cap ${cap}`] : [];
  const counts =
    columns >= 70
      ? [plural(totals.sessions, 'session'), viewers, ...capped]
      : [`${formatCount(totals.sessions)}s ${formatCount(totals.viewers)}v ${capped.join('')}`];
  const well = totals.viewers > 0 && totals.stuck + totals.expiring + totals.late === 0;
  const parts: readonly Line[] = [
    ...counts.map((text) => line(text)),
    ...logTrouble(totals),
    ...(well ? [line(`${glyphs.state.ok} all well`, 'good')] : []),
    ...problems,
    ...locksOf(totals),
    ...(totals.held > 0 ? [line(`held ${formatCount(totals.held)}`)] : []),
    line(`refused ${formatCount(totals.refused)}/5m`, totals.refused > 0 ? 'plain' : 'dim'),
    line(`evicted ${formatCount(totals.evicted)}/5m`, totals.evicted > 0 ? 'plain' : 'dim'),
    ...(loopP99Ms === null
      ? []
      : [line(`loop p99 ${Math.ceil(loopP99Ms)}ms`, loopP99Ms >= 50 ? 'warn' : 'dim')]),
  ];
  return [...line(' '), ...fill(parts, columns - 1)];
};

/** How to join. */
export const joinLine = (state: State, columns: number, glyphs: Glyphs): Line =>
  line(shorten(` ${clean(state.settings.join ?? '')}`, columns, glyphs.cut), 'good');

const told = (
  count: number,
  word: 'stuck' | 'expiring' | 'late' | 'over' | 'full',
): readonly Line[] => (count > 0 ? [line(`${formatCount(count)} ${word}`, word)] : []);

/** Everything in one line, for terminals that have not many; what is wrong first if not all fits. */
export const countsLine = (state: State, columns: number): Line => {
  const { snapshot, ended, outage, now } = state;
  if (ended !== null) return fill([line('wsb ended', 'bad'), line('wsb', 'bad')], columns);
  if (outage !== null) {
    const counts =
      snapshot === null ? [] : [line(`${formatCount(snapshot.totals.viewers)}v`, 'dim')];
    return fill([line('wsb', 'bad'), line(outageTitle(outage, now), 'bad'), ...counts], columns, 1);
  }
  if (snapshot === null) return fill([line('wsb'), line('waiting', 'dim')], columns, 1);
  const { totals } = snapshot;
  const troubles: readonly Line[] = [
    ...told(totals.stuck, 'stuck'),
    ...told(totals.expiring, 'expiring'),
    ...told(totals.late, 'late'),
    ...logTrouble(totals),
  ];
  const still = state.paused === null ? null : 'PAUSED';
  const word = replayTime(state) ?? still;
  const paused = word === null ? [] : [line(word, 'warn')];
  const viewers = line(`${formatCount(totals.viewers)}v`);
  const sessions = line(`${formatCount(totals.sessions)}s`);
  const drain = drainIn(state);
  const rest: readonly Line[] = [
    ...(drain === null ? [] : [line(`draining ${formatAge(drain.leftMs + 999)}`, 'warn')]),
    ...(totals.locked && drain === null ? [line('all locked', 'warn')] : []),
    ...locksOf(totals),
    ...told(totals.over, 'over'),
    ...told(totals.full, 'full'),
    ...(totals.held > 0 ? [line(`${formatCount(totals.held)} held`)] : []),
    line(`cap ${snapshot.cap}`, 'dim'),
  ];
  const usual = [line('wsb', 'strong'), ...paused, sessions, viewers, ...troubles];
  const isWhole = widthOf(usual.flat()) + usual.length - 1 <= columns;
  const parts = isWhole ? usual : [...troubles, ...paused, viewers, sessions];
  return fill([...parts, ...rest], columns, 1);
};
