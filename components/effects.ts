/** What the console wants done at the terminal and with files. */
import type { LogMove, ProxyControl } from '../src/contract.ts';
import { copyTo } from './clipboard.ts';
import type { ShellEffect } from './console-store.ts';
import { exportAll, type Save } from './export.ts';

/** What effects act on. */
export type EffectParts = {
  readonly stdout: NodeJS.WriteStream;
  readonly control: ProxyControl;
  readonly save: Save;
  /** Tells the operator what came of it. */
  readonly say: (tone: 'good' | 'warn' | 'bad', text: string) => void;
  readonly redraw: () => void;
  readonly move: (move: LogMove) => void;
  readonly log: () => void;
  readonly quit: () => void;
};

/** Carries effects out, one file at a time. */
export const carriesOut = (parts: EffectParts): ((effect: ShellEffect) => void) => {
  let writing = false;
  const write = async (name: string | null): Promise<void> => {
    writing = true;
    const { tone, text } = await exportAll(parts.control, name, parts.save);
    writing = false;
    parts.say(tone, text);
  };
  return (effect) => {
    switch (effect.do) {
      case 'copy': {
        const reason = copyTo(parts.stdout, effect.text);
        if (reason !== null) parts.say('bad', `not copied: ${reason}`);
        break;
      }
      case 'export':
        if (writing) parts.say('warn', 'the last file is still being written');
        else void write(effect.name);
        break;
      case 'move':
        parts.move(effect.move);
        break;
      case 'log':
        parts.log();
        break;
      case 'redraw':
        parts.redraw();
        break;
      case 'quit':
        parts.quit();
        break;
      default:
        effect satisfies never;
    }
  };
};
