/** What a proxy has answered, as a value; and where it said no, the error that says so. */
import { BouncerError } from '../errors.ts';
import type { Answer } from './ask.ts';

/** An object of an answer; whoever reads a field says what it is. */
export type Fields = Readonly<Record<string, unknown>>;

/** What was asked for is not there; ends the command with exit code 3. */
export class NotThere extends Error {}

const parsed = (text: string): Fields => {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Fields;
  } catch {
    // Not JSON: whoever answers there is no wsbouncer.
  }
  return {};
};

/** What a program is told to ask for, and what is typed in a shell for it. */
const inShell: readonly (readonly [RegExp, string])[] = [
  [/\blook at \/v1\/viewers\/(v\d+)$/, 'type wsbouncer show $1'],
  [/\blist \/v1\/viewers$/, 'type wsbouncer ls'],
  [/\blist \/v1\/sessions$/, 'type wsbouncer ls --sessions'],
];

/** Why a proxy said no, in its own words, with a remedy that can be typed. */
export const detailOf = ({ status, text }: Answer): string => {
  if (status === 401)
    return 'the token does not count: check --token-file, or WSBOUNCER_CONTROL_TOKEN';
  const { detail } = parsed(text);
  if (typeof detail !== 'string') return `it answers ${status}: is that a wsbouncer?`;
  return inShell.reduce((words, [asked, typed]) => words.replace(asked, typed), detail);
};

/** Node and the proxy put the remedy behind the first colon; the line of an error wants it apart. */
const sentence = (detail: string): readonly [string, string] => {
  const at = detail.indexOf(': ');
  return at < 0 ? [detail, 'look at wsbouncer ls'] : [detail.slice(0, at), detail.slice(at + 2)];
};

/**
 * The answer, if it is a good one.
 * @throws NotThere for 404, and BouncerError for every other no
 */
export const good = (answer: Answer): Answer => {
  const { status } = answer;
  if (status >= 200 && status < 300) return answer;
  const detail = detailOf(answer);
  if (status === 404) throw new NotThere(detail);
  const [what, remedy] = sentence(detail);
  throw new BouncerError(status === 400 ? 'usage' : 'environment', what, remedy);
};

/** The JSON of a good answer. */
export const jsonOf = (answer: Answer): Fields => parsed(good(answer).text);

/**
 * A value as JSON that is safe on a terminal: what JSON leaves as it is, but a terminal obeys or
 * shows the wrong way round, is escaped.
 */
export const jsonText = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    character === '\n'
      ? character
      : Array.from(
          { length: character.length },
          (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
        ).join(''),
  );
