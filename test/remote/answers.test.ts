import { beforeEach, expect, test } from 'vitest';
import { detailOf } from '../../src/remote/answers.ts';
import { ask, openOn, type Reply } from '../api/ask.ts';
import { echoBackend } from '../support/backends.ts';
import { withProxy } from '../support/proxy.ts';
import { connectViewer } from '../support/viewer.ts';

let asked: (method: string, path: string) => Promise<Reply>;

beforeEach(async () => {
  const proxy = await withProxy({ backend: (await echoBackend()).template });
  const place = await openOn(proxy.control);
  await connectViewer(proxy.url('a'));
  asked = (method, path) => ask(place, method, path);
});

test.each([
  ['GET', '/v1/viewers/v9', 'type wsbouncer ls'],
  ['DELETE', '/v1/viewers/v9', 'type wsbouncer ls'],
  ['DELETE', '/v1/viewers/v1/keep', 'type wsbouncer show v1'],
  ['GET', '/v1/sessions/nobody', 'type wsbouncer ls --sessions'],
])('a no to %s %s says what to type', async (method, path, typed) => {
  const detail = detailOf(await asked(method, path));
  expect(detail.split(': ').at(-1)).toBe(typed);
  expect(detail).not.toContain('/v1/');
});

test('a no to a token says where it comes from', () => {
  expect(detailOf({ status: 401, text: '{"detail":"send Authorization: Bearer"}' })).toBe(
    'the token does not count: check --token-file, or WSBOUNCER_CONTROL_TOKEN',
  );
});
