/**
 * `Sec-WebSocket-Extensions`, of which only permessage-deflate gets through the proxy: the
 * frame scanner knows what that does to a frame's bits, and nothing about any other.
 */
import { trimmed } from './headers.ts';

/** The one extension that is offered on (RFC 7692). */
export const DEFLATE = 'permessage-deflate';

/** One extension with its parameters; `value` is null where a parameter has none. */
export type Extension = {
  readonly name: string;
  readonly params: readonly { readonly name: string; readonly value: string | null }[];
};

/** `name`, `name=token` or `name="token"`: unquoted, a value is a token too (RFC 6455 9.1). */
const PARAM =
  /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?:=(?:([!#$%&'*+.^_`|~0-9A-Za-z-]+)|"((?:\\?[!#$%&'*+.^_`|~0-9A-Za-z-])+)"))?$/;

const paramOf = (text: string): Extension['params'][number] | null => {
  const [, name, token, quoted] = PARAM.exec(trimmed(text)) ?? [];
  if (name === undefined) return null;
  return { name, value: token ?? quoted?.replaceAll('\\', '') ?? null };
};

const extensionOf = (text: string): Extension | null => {
  const [head, ...params] = text.split(';').map(paramOf);
  if (head === undefined || head === null || head.value !== null) return null;
  const whole = params.filter((param) => param !== null);
  return whole.length === params.length ? { name: head.name, params: whole } : null;
};

/**
 * The extensions in a header's value, in order; null where it is malformed. Splitting before
 * unquoting is safe: no token contains a separator, so a quoted one is malformed anyway.
 */
export const parseExtensions = (value: string): readonly Extension[] | null => {
  const elements = value.split(',').filter((element) => trimmed(element) !== '');
  const extensions = elements.map(extensionOf).filter((extension) => extension !== null);
  return extensions.length === elements.length ? extensions : null;
};

/** Extensions as a header's value. */
export const formatExtensions = (extensions: readonly Extension[]): string =>
  extensions
    .map(({ name, params }) =>
      [name, ...params.map((param) => paramText(param.name, param.value))].join('; '),
    )
    .join(', ');

const paramText = (name: string, value: string | null): string =>
  value === null ? name : `${name}=${value}`;
