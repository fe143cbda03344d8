/**
 * What `docs/recipes.md` tells people to type, taken from the page itself: the tests run that and
 * not a copy of it, so the page cannot promise what does not work.
 */
import { readFileSync } from 'node:fs';

const PAGE = readFileSync(new URL('../../docs/recipes.md', import.meta.url), 'utf8');

/** A fenced block of the page. */
export type Block = {
  /** The heading above it, without its `#`. */
  readonly heading: string;
  readonly language: string;
  readonly text: string;
};

/** All blocks of the page, in order. */
export const blocks: readonly Block[] = PAGE.split(/^#+ (?=.*\n)/m).flatMap((section) => {
  const heading = section.slice(0, section.indexOf('\n'));
  return [...section.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(
    ([, language = '', text = '']) => ({ heading, language, text }),
  );
});

/** The text in this language under this heading, all of it. */
export const recipe = (heading: string, language: string): string => {
  const found = blocks.filter((block) => block.heading === heading && block.language === language);
  if (found.length === 0) throw new Error(`docs/recipes.md has no ${language} under ${heading}`);
  return found.map(({ text }) => text).join('');
};

/** `text` with each key replaced by its value; one that does not occur is an error. */
export const adapted = (text: string, changes: Readonly<Record<string, string | number>>): string =>
  Object.entries(changes).reduce((before, [from, to]) => {
    if (!before.includes(from))
      throw new Error(`docs/recipes.md does not say ${from} in:\n${text}`);
    return before.replaceAll(from, String(to));
  }, text);

/** The arguments of each command line of `program` in a shell block, quotes taken off. */
export const commandsOf = (text: string, program: string): readonly (readonly string[])[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith(`${program} `))
    .map((line) => {
      const words = line.match(/'[^']*'|\S+/g) ?? [];
      return words.slice(1).map((word) => word.replace(/^'(.*)'$/, '$1'));
    });
