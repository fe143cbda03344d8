/** The console drawn over the whole terminal. */
import { type Instance, render } from 'ink';
import { Console } from './Console.tsx';
import type { Face, FaceParts } from './face.ts';
import { blank, giveBack, isBehind } from './terminal.ts';

/** After a size that stayed this long, all is drawn anew; before, it would be drawn in vain. */
const resizedMs = 100;

/** Takes the terminal over and draws. */
export const openDashboard = (parts: FaceParts): Face => {
  const { store, time, glyphs, colored, stdin, stdout, onFailure } = parts;
  let app: Instance | null = null;
  let cancelRedraw: (() => void) | null = null;

  const draw = () => <Console store={store} glyphs={glyphs} colored={colored} />;
  // A line that was drawn for a wider terminal has wrapped and pushed others away, and the
  // library draws only what has changed since: what it does not know of would stay.
  const redraw = (): void => {
    if (isBehind(stdout)) {
      redrawSoon();
      return;
    }
    blank(() => app?.clear(), stdout);
    app?.rerender(draw());
  };
  const redrawSoon = (): void => {
    cancelRedraw?.();
    cancelRedraw = time.after(resizedMs, redraw);
  };

  stdout.on('resize', redrawSoon);
  app = render(draw(), {
    stdin,
    stdout,
    // Whether there is a terminal to draw on was decided before; `CI` is not asked again.
    interactive: true,
    alternateScreen: true,
    incrementalRendering: true,
    exitOnCtrlC: false,
    // Nothing here writes to the console; others need not find it changed.
    patchConsole: false,
  });
  // An error while drawing unmounts by itself and comes out here.
  app.waitUntilExit().catch(onFailure);

  return {
    redraw,
    close: () => {
      cancelRedraw?.();
      stdout.off('resize', redrawSoon);
      giveBack(() => app?.unmount(), stdin, stdout);
    },
  };
};
