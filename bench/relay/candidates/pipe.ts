/** The floor of what Node can do: two sockets, bytes either way, no HTTP and no WebSocket. */
import { connect, createServer } from 'node:net';
import { backendPort, listen } from './listening.ts';

listen(
  createServer({ noDelay: true }, (viewer) => {
    const backend = connect({ host: '127.0.0.1', port: backendPort, noDelay: true });
    viewer.on('error', () => backend.destroy());
    backend.on('error', () => viewer.destroy());
    viewer.on('close', () => backend.destroy());
    backend.on('close', () => viewer.destroy());
    viewer.pipe(backend);
    backend.pipe(viewer);
  }),
);
