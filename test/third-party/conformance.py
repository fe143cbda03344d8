"""Both ends of conformance, made with the library `websockets`.

    conformance.py serve   a backend: an echo that also does what a text beginning with
                           `backend: ` tells it to, as the one made with `ws` does
    conformance.py visit   a viewer: goes through each visit on a line of stdin

The backend says its port on a line of stdout; the viewer answers each line of stdin with one.
Both end with their stdin.
"""

import asyncio
import base64
import json
import sys

from websockets.exceptions import ConnectionClosed
from websockets.legacy.client import connect
from websockets.legacy.server import serve


# Of one message, in bytes: beyond what any case sends, and says.
MOST = 16 * 1024 * 1024


async def lines_of_stdin():
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=64 * 1024 * 1024)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async for line in reader:
        yield line


async def obey(connection, order):
    verb, *words = order.split(" ")
    if verb == "ping":
        await connection.ping(" ".join(words))
    elif verb == "close":
        await connection.close(int(words[0]), " ".join(words[1:]))
    elif verb == "send":
        await connection.send("m" * int(words[0]))
    elif verb == "fragments":
        await connection.send(words)


async def handle(connection):
    try:
        async for message in connection:
            if isinstance(message, str) and message.startswith("backend: "):
                await obey(connection, message[len("backend: ") :])
            else:
                await connection.send(message)
    except ConnectionClosed:
        pass


async def backend():
    async with serve(handle, "127.0.0.1", 0, ping_interval=None, max_size=MOST) as server:
        print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
        async for _ in lines_of_stdin():
            pass


def content(saying):
    data = base64.b64decode(saying["base64"])
    return data if saying["binary"] else data.decode()


def heard(message):
    binary = isinstance(message, bytes)
    data = message if binary else message.encode()
    return {"binary": binary, "base64": base64.b64encode(data).decode()}


async def visit(order):
    keywords = {"ping_interval": None, "max_size": MOST}
    if not order["compressed"]:
        keywords["compression"] = None
    connection = await connect(order["url"], **keywords)
    messages = []
    for saying in order["sayings"]:
        parts = [content(part) for part in saying["parts"]]
        await connection.send(parts[0] if len(parts) == 1 else parts)
        messages.append(heard(await connection.recv()))
    if order["leave"] is None:
        await connection.send(order["order"])
    else:
        await connection.close(order["leave"]["code"], order["leave"]["reason"])
    await connection.wait_closed()
    return {
        "extensions": connection.response_headers.get("Sec-WebSocket-Extensions"),
        "messages": messages,
        "code": connection.close_code,
        "reason": connection.close_reason,
    }


async def viewer():
    async for line in lines_of_stdin():
        try:
            told = await visit(json.loads(line))
        except Exception as error:
            told = {"error": repr(error)}
        print(json.dumps(told), flush=True)


asyncio.run(backend() if sys.argv[1] == "serve" else viewer())
