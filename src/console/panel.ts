/** A framed block laid over the lists. */
import type { Glyphs } from './glyphs.ts';
import { fit, line, type Line, widthOf } from './text.ts';

/** What stands in a dialog, and how wide that is. */
export type Dialog = {
  readonly title: string;
  readonly content: readonly Line[];
  readonly width: number;
};

/** The block with its frame and title, at most `columns` wide. */
export const panel = (
  title: Line,
  content: readonly Line[],
  columns: number,
  glyphs: Glyphs,
): readonly Line[] => {
  const [topLeft, topRight, bottomLeft, bottomRight, side] = glyphs.box;
  const inner = Math.max(0, columns - 4);
  const room = Math.max(0, columns - 2);
  const head: Line = [
    ...line(`${topLeft}${glyphs.rule} `),
    ...title,
    ...line(` ${glyphs.rule.repeat(Math.max(0, room - 3 - widthOf(title)))}`),
  ];
  return [
    [...fit(head, Math.max(0, columns - 1)), ...line(topRight)],
    ...content.map((row): Line => [...line(`${side} `), ...fit(row, inner), ...line(` ${side}`)]),
    line(`${bottomLeft}${glyphs.rule.repeat(room)}${bottomRight}`),
  ].map((row) => fit(row, columns));
};
