import { useInput, usePaste, useWindowSize } from 'ink';
import { useEffect, useSyncExternalStore } from 'react';
import type { Glyphs } from '../src/console/glyphs.ts';
import { screenOf } from '../src/console/screen.ts';
import type { ConsoleStore } from './console-store.ts';
import { Screen } from './Screen.tsx';

type ConsoleProps = {
  readonly store: ConsoleStore;
  readonly glyphs: Glyphs;
  /** Use colours. */
  readonly colored: boolean;
};

/** The operator's console: the store's state as lines, keys and pastes on their way to it. */
export const Console = ({ store, glyphs, colored }: ConsoleProps) => {
  const size = useWindowSize();
  const state = useSyncExternalStore(store.subscribe, store.read);
  useInput(store.typed);
  usePaste((text) => store.dispatch({ type: 'paste', text }));
  useEffect(() => store.dispatch({ type: 'size', size }), [store, size]);
  // The terminal's size of now, which the store learns only after this frame.
  return <Screen lines={screenOf({ ...state, size }, glyphs)} size={size} colored={colored} />;
};
