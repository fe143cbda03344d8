import { Box } from 'ink';
import type { Size } from '../src/console/layout.ts';
import type { Line } from '../src/console/text.ts';
import { Row } from './Row.tsx';

type ScreenProps = {
  readonly lines: readonly Line[];
  readonly size: Size;
  /** Use colours. */
  readonly colored: boolean;
};

/** Lines over the whole terminal; a line stands for its row, so the row is its key. */
export const Screen = ({ lines, size, colored }: ScreenProps) => (
  <Box flexDirection="column" width={size.columns} height={size.rows} overflow="hidden">
    {Array.from(lines.entries(), ([row, line]) => (
      <Row key={row} line={line} colored={colored} />
    ))}
  </Box>
);
