"""A viewer that takes from its kernel only what it is told to, when it is told to: Node reads 64 KiB
ahead, whatever its program wants. Pings that it gets to are answered. It tells what it has read, a
JSON object a line; its orders are the JSON object of its first argument. It ends with its stdin."""

import json
import os
import socket
import sys
import threading
import time

order = json.loads(sys.argv[1])


def end_with_stdin():
    sys.stdin.buffer.read()
    os._exit(0)


threading.Thread(target=end_with_stdin, daemon=True).start()
sock = socket.socket()
if order.get("buffer"):
    # The kernel doubles it, for its own needs.
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, order["buffer"])
sock.connect((order["host"], order["port"]))
sock.sendall(
    (
        f"GET {order['path']} HTTP/1.1\r\nHost: {order['host']}:{order['port']}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ).encode()
)
head = b""
while not head.endswith(b"\r\n\r\n"):
    byte = sock.recv(1)
    if not byte:
        sys.exit("the connection ended in the handshake")
    head += byte


def tell(**said):
    print(json.dumps(said), flush=True)


def pong(payload=b""):
    # Masked with zeros: the payload stays as it is.
    sock.sendall(bytes([0x8A, 0x80 | len(payload)]) + bytes(4) + payload)


def send_along():
    while True:
        time.sleep(order["sendEveryMs"] / 1000)
        try:
            pong()
        except OSError:
            return


class Frames:
    """Skips what is not a Ping."""

    def __init__(self):
        self.held = b""
        self.skip = 0

    def feed(self, chunk):
        self.held += chunk
        while True:
            skipped = min(self.skip, len(self.held))
            self.held, self.skip = self.held[skipped:], self.skip - skipped
            if len(self.held) < 2:
                return
            size, start = self.held[1] & 0x7F, 2
            if size >= 126:
                start = 4 if size == 126 else 10
                if len(self.held) < start:
                    return
                size = int.from_bytes(self.held[2:start], "big")
            if self.held[0] & 0x0F != 9:
                self.held, self.skip = self.held[start:], size
                continue
            if len(self.held) < start + size:
                return
            pong(self.held[start : start + size])
            self.held = self.held[start + size :]


tell(opened=head.decode().split("\r\n")[0])
if order.get("sendEveryMs"):
    threading.Thread(target=send_along, daemon=True).start()
frames, total, reads, told, due = Frames(), 0, 0, 0.0, time.monotonic()
times = order.get("times")
try:
    while True:
        if times is not None and reads == times:
            # Its end is not its own affair any more.
            threading.Event().wait()
        reads += 1
        due += order["everyMs"] / 1000
        time.sleep(max(0, due - time.monotonic()))
        left = order["bytes"]
        while left > 0:
            try:
                chunk = sock.recv(min(left, 65536), socket.MSG_DONTWAIT)
            except BlockingIOError:
                break
            if not chunk:
                raise ConnectionError("fin")
            left -= len(chunk)
            total += len(chunk)
            frames.feed(chunk)
        if time.monotonic() - told > 0.2:
            told = time.monotonic()
            tell(read=total)
except OSError as error:
    tell(ended=str(error))
