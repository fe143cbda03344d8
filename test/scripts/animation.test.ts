import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { animated, type Film } from '../../scripts/animation.ts';

/** What a viewer of the SVG shows at a time, by the rules of CSS for `step-end`. */
const shownAt = ({ style, groups }: ReturnType<typeof animated>, share: number): string[] =>
  groups.flatMap((group) => {
    const [, name, parts = ''] = /^<g(?: class="f f(\d+)")?>(.*)<\/g>$/.exec(group) ?? [];
    const steps = new RegExp(`@keyframes k${name}\\{((?:[\\d.]+%\\{[^}]*\\})*)\\}`).exec(
      style,
    )?.[1];
    const now = [
      ...(steps ?? '0%{visibility:visible}').matchAll(/([\d.]+)%\{visibility:(\w+)\}/g),
    ].findLast(([, at]) => Number(at) <= share * 100)?.[2];
    return now === 'visible' ? (parts.match(/<\w+[^>]*\/>/g) ?? []) : [];
  });

const film: fc.Arbitrary<Film> = fc
  .array(fc.uniqueArray(fc.constantFrom('<rect id="a"/>', '<use id="b"/>', '<use id="c"/>')), {
    minLength: 1,
    maxLength: 8,
  })
  .map((frames) => ({
    frames: frames.map((parts, index) => ({ at: index * 250, parts })),
    lengthMs: frames.length * 250,
    still: frames.length - 1,
  }));

describe('an animated picture', () => {
  it('shows at every time the elements of that frame and no others', () => {
    fc.assert(
      fc.property(film, (given) => {
        const made = animated(given);
        for (const { at, parts } of given.frames) {
          const shown = shownAt(made, (at + 125) / given.lengthMs);
          expect(shown.toSorted()).toEqual(parts.toSorted());
        }
      }),
    );
  });

  it('writes what never changes once, and boxes before all words', () => {
    const frames = [
      { at: 0, parts: ['<text id="stays"/>', '<text id="goes"/>'] },
      { at: 500, parts: ['<text id="stays"/>', '<rect id="comes"/>'] },
    ];
    const { groups } = animated({ frames, lengthMs: 1000, still: 0 });
    expect(groups).toEqual([
      '<g class="f f1"><rect id="comes"/></g>',
      '<g><text id="stays"/></g>',
      '<g class="f f0"><text id="goes"/></g>',
    ]);
  });

  it('stands still at the chosen frame for those who ask for less motion', () => {
    const frames = [
      { at: 0, parts: ['<text id="one"/>'] },
      { at: 500, parts: ['<text id="two"/>'] },
    ];
    const { style } = animated({ frames, lengthMs: 1000, still: 1 });
    expect(style).toContain('@media (prefers-reduced-motion:reduce){.f{animation:none}}');
    expect(style).toContain('.f{visibility:hidden;');
    expect(style).toContain('.f0{animation-name:k0}');
    expect(style).toContain('.f1{animation-name:k1;visibility:visible}');
  });
});
