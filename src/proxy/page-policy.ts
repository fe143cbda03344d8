/** What the page that the proxy serves may do in a browser. */
import { createHash } from 'node:crypto';

/** The sources, by hash, of all elements of this name that carry their text in the page. */
const sources = (html: string, name: string): string => {
  const texts = html.matchAll(new RegExp(`<${name}(?: [^>]*)?>([^]*?)</${name}>`, 'g'));
  const hashes = [...texts].map(([, text = '']) => {
    return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  });
  return hashes.length === 0 ? "'none'" : hashes.join(' ');
};

/**
 * A Content-Security-Policy under which the page runs the scripts and styles that it was made
 * with, connects to its own origin, and does nothing else.
 */
export const pagePolicy = (html: string): string =>
  [
    "default-src 'none'",
    `script-src ${sources(html, 'script')}`,
    `style-src ${sources(html, 'style')}`,
    'img-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
