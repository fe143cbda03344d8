// A web server that also carries WebSocket sessions: its own routes, and wsbouncer for the rest.
// Run it with `node examples/embed.ts`; viewers connect to ws://localhost:3000/ws/kitchen?name=Ada.
import { createServer } from 'node:http';
import { createBouncer } from 'wsbouncer';

// The sessions of this house and where their backends are; any other one is answered with 404.
const backends = new Map([['kitchen', process.env['BACKEND'] ?? 'ws://127.0.0.1:7681/ws']]);

await using bouncer = createBouncer({
  cap: 2, // viewers of one session
  pingInterval: '15s', // who stays silent three times as long is evicted
  resolve: (session) => backends.get(session) ?? null, // may be async, to ask a database
  nameViewer: ({ url = '/' }) => new URL(url, 'http://localhost').searchParams.get('name'),
});

// What happens, by name. To watch it live: `await showConsole(bouncer)` from 'wsbouncer/console'.
bouncer.on('viewer.admitted', ({ who, session }) => console.log(`${who} watches ${session}`));
bouncer.on('viewer.refused', ({ who, cause }) => console.log(`${who} is refused: ${cause}`));
bouncer.on('viewer.left', ({ who, cause }) => console.log(`${who} has left: ${cause}`));

const server = createServer((_request, response) => response.end('the home page\n'));
server.on('upgrade', bouncer.handleUpgrade);
server.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  console.log('listening on', server.address());
});

// With SIGTERM the server takes nobody new; behind the last line the bouncer closes its viewers.
await new Promise((resolve) => process.once('SIGTERM', resolve));
server.close();
