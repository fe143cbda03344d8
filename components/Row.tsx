import { Text } from 'ink';
import { memo, type ReactNode } from 'react';
import { type Line, sameLine, type Span } from '../src/console/text.ts';
import { type Style, styleOf } from '../src/console/theme.ts';

type RowProps = {
  readonly line: Line;
  /** Use colours; bold and inverse are used in any case. */
  readonly colored: boolean;
};

const isPlain = (style: Style): boolean => Object.keys(style).length === 0;

const draw = (span: Span, index: number, colored: boolean): ReactNode => {
  const style = styleOf(span, colored);
  return isPlain(style) ? (
    span.text
  ) : (
    <Text key={index} {...style}>
      {span.text}
    </Text>
  );
};

/** One row of the screen: one node to lay out, drawn again only when its text or look changes. */
export const Row = memo(
  ({ line, colored }: RowProps) => (
    // An empty text would take no row at all.
    <Text wrap="truncate-end">
      {line.length === 0 ? ' ' : line.map((span, index) => draw(span, index, colored))}
    </Text>
  ),
  (before, after) => before.colored === after.colored && sameLine(before.line, after.line),
);
