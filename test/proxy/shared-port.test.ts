import { describe, expect, it } from 'vitest';
import { echoBackend } from '../support/backends.ts';
import { withProxy } from '../support/proxy.ts';
import { closeOf, connectViewer, echo } from '../support/viewer.ts';

describe('a port that proxies share', () => {
  it.runIf(process.platform === 'linux')(
    'takes viewers for all of them, each with a cap of its own',
    async () => {
      const backend = await echoBackend();
      const own = { backend: backend.template, cap: 1 };
      const one = await withProxy(own, { sharesPort: true });
      const port = Number(/:(\d+)$/.exec(one.address)?.[1]);
      const listen = { host: '127.0.0.1', port };
      const other = await withProxy({ ...own, listen }, { sharesPort: true });
      expect(other.address).toBe(one.address);
      const seats = async (): Promise<number> =>
        (await one.snapshot()).totals.viewers + (await other.snapshot()).totals.viewers;
      // The kernel decides who gets a newcomer, and gives each of them one sooner or later.
      while ((await seats()) < 2) {
        const viewer = await connectViewer(one.url('a'));
        await Promise.race([echo(viewer, 'let in'), closeOf(viewer)]);
      }
      expect((await one.snapshot()).totals.viewers).toBe(1);
      expect((await other.snapshot()).totals.viewers).toBe(1);
    },
  );

  it('is nobody else’s where it was not said', async () => {
    const backend = await echoBackend();
    const one = await withProxy({ backend: backend.template });
    const listen = { host: '127.0.0.1', port: Number(/:(\d+)$/.exec(one.address)?.[1]) };
    await expect(
      withProxy({ backend: backend.template, listen }, { sharesPort: true }),
    ).rejects.toThrow('it is in use');
  });
});
