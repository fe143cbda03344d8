/**
 * The part of memory where V8 puts what is new. It would grow with the garbage of a storm, by
 * some 60 MiB within seconds, and not shrink while the proxy is in use. Small as it begins, it
 * is emptied more often, which costs no more in all: next to nothing in it lives on. So small a
 * one is emptied cheapest by the thread that fills it: waking others took a seventh of the CPU
 * of a storm of connections. V8's flags are not documented; they were tried with Node 24.
 */
import { setFlagsFromString } from 'node:v8';

/** Lets the nursery of every thread stay as small as it is; to be called before they have work. */
export const keepNurserySmall = (): void => {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--no-parallel-scavenge');
};
