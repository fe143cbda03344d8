/** What a PromQL expression asks for, by the grammar that Prometheus' own page uses. */
import { parser } from '@prometheus-io/lezer-promql';

/** One matcher in braces: `reason=~"a|b"`. */
export type Matcher = {
  readonly label: string;
  readonly op: string;
  readonly value: string;
};

/** One metric and the labels it is picked by. */
export type Selector = { readonly metric: string; readonly matchers: readonly Matcher[] };

/** All metrics of an expression, and the labels by which results are grouped or joined. */
export type Asked = {
  readonly selectors: readonly Selector[];
  readonly grouping: readonly string[];
};

/** Reads an expression; throws where it is not PromQL. */
export const readPromQl = (expr: string): Asked => {
  const selectors: { metric: string; matchers: Matcher[] }[] = [];
  const grouping: string[] = [];
  let matcher: { label: string; op: string } | null = null;
  parser.parse(expr).iterate({
    enter: ({ type, from, to, node }) => {
      const text = expr.slice(from, to);
      if (type.isError) throw new Error(`not PromQL at ${from}: ${expr}`);
      if (type.name === 'VectorSelector') selectors.push({ metric: '', matchers: [] });
      const current = selectors.at(-1);
      const parent = node.parent?.type.name ?? '';
      if (type.name === 'Identifier' && parent === 'VectorSelector') current!.metric = text;
      if (type.name === 'LabelName' && parent === 'GroupingLabels') grouping.push(text);
      if (parent !== 'UnquotedLabelMatcher') return;
      if (type.name === 'LabelName') matcher = { label: text, op: '' };
      else if (type.name === 'MatchOp') matcher!.op = text;
      else current!.matchers.push({ ...matcher!, value: text.slice(1, -1) });
    },
  });
  if (selectors.some(({ metric }) => metric === '')) throw new Error(`no metric: ${expr}`);
  return { selectors, grouping };
};
