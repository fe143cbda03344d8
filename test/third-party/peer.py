"""Ends of WebSocket connections, made with the library `websockets`.

    peer.py serve OPTIONS         a backend
    peer.py connect URL OPTIONS   a viewer

What happens is a line of JSON on stdout each, and a line of JSON on stdin is something to do.
The program ends with its stdin, so that it cannot outlive the test that started it.

OPTIONS is a JSON object. Of both: `keywords`, handed to the library's `serve` or `connect`.
Of a backend: `echo` sends messages back, `sockets` maps sessions to the Unix sockets to listen
on instead of a free port, `forbid` lists sessions that are answered with 403. Of a viewer:
`unix` is the socket to connect to, `mute` answers no pings.
"""

import asyncio
import base64
import json
import sys
from http import HTTPStatus

from websockets.exceptions import ConnectionClosed, InvalidStatusCode
from websockets.legacy.client import WebSocketClientProtocol, connect, unix_connect
from websockets.legacy.server import WebSocketServerProtocol, serve, unix_serve


def tell(event, session=None, **fields):
    print(json.dumps({"event": event, "session": session, **fields}), flush=True)


class Telling:
    """Tells of pings answered, on either side, whoever asked for them."""

    session = None
    mute = False

    async def ping(self, data=None):
        waiter = await super().ping(data)

        def answered(future):
            if not future.cancelled() and future.exception() is None:
                tell("pong", session=self.session)

        waiter.add_done_callback(answered)
        return waiter

    async def pong(self, data=b""):
        if not self.mute:
            await super().pong(data)
        tell("pinged", session=self.session)


class Viewer(Telling, WebSocketClientProtocol):
    pass


class MuteViewer(Viewer):
    mute = True


class Backend(Telling, WebSocketServerProtocol):
    pass


def content(item):
    return item["text"] if "text" in item else base64.b64decode(item["base64"])


async def obey(order, connection):
    if order["do"] == "send":
        parts = order.get("parts")
        await connection.send(content(order) if parts is None else [content(part) for part in parts])
    elif order["do"] == "close":
        await connection.close(order["code"], order["reason"])
    elif order["do"] == "ping":
        await connection.ping()
    elif order["do"] == "abort":
        connection.transport.abort()


async def listen(connection, session, headers, echo=False):
    extensions = [extension.name for extension in connection.extensions]
    tell(
        "open",
        session=session,
        path=connection.path,
        headers=[list(field) for field in headers.raw_items()],
        subprotocol=connection.subprotocol,
        extensions=extensions,
    )
    try:
        async for message in connection:
            binary = isinstance(message, bytes)
            encoded = base64.b64encode(message if binary else message.encode()).decode()
            tell("message", session=session, binary=binary, base64=encoded)
            if echo:
                await connection.send(message)
    except ConnectionClosed:
        pass
    await connection.wait_closed()
    tell(
        "closed",
        session=session,
        code=connection.close_code,
        reason=connection.close_reason,
    )


async def orders(connection_of):
    """Carries out what stands on stdin until it ends."""
    loop = asyncio.get_running_loop()
    # A whole message may stand on one line.
    reader = asyncio.StreamReader(limit=64 * 1024 * 1024)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async for line in reader:
        order = json.loads(line)
        try:
            await obey(order, connection_of(order))
        except ConnectionClosed:
            pass


async def as_backend(options):
    connections = {}
    sockets = options.get("sockets", {})

    async def forbid(path, headers):
        if path.strip("/") in options.get("forbid", []):
            return HTTPStatus.FORBIDDEN, [], b"not you\n"

    async def start(server, own=None):
        async def handler(connection):
            session = own or connection.path.partition("?")[0].strip("/")
            connection.session = session
            connections[session] = connection
            await listen(connection, session, connection.request_headers, options.get("echo"))

        keywords = {"create_protocol": Backend, "process_request": forbid}
        return await server(handler, **keywords, **options.get("keywords", {}))

    for session, path in sockets.items():
        await start(lambda handler, **rest: unix_serve(handler, path, **rest), session)
    if sockets:
        tell("listening", port=None)
    else:
        server = await start(lambda handler, **rest: serve(handler, "127.0.0.1", 0, **rest))
        tell("listening", port=server.sockets[0].getsockname()[1])
    await orders(lambda order: connections[order["session"]])


async def as_viewer(url, options):
    kind = MuteViewer if options.get("mute") else Viewer
    keywords = {"create_protocol": kind, **options.get("keywords", {})}
    try:
        if "unix" in options:
            connection = await unix_connect(options["unix"], url, **keywords)
        else:
            connection = await connect(url, **keywords)
    except InvalidStatusCode as refusal:
        tell("refused", status=refusal.status_code)
        return
    listening = asyncio.create_task(listen(connection, None, connection.response_headers))
    await orders(lambda order: connection)
    listening.cancel()


if sys.argv[1] == "serve":
    asyncio.run(as_backend(json.loads(sys.argv[2])))
else:
    asyncio.run(as_viewer(sys.argv[2], json.loads(sys.argv[3])))
