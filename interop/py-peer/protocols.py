"""The test protocols, the same in every peer of the matrix."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable

from libp2p.abc import IHost, INetStream
from libp2p.custom_types import TProtocol
from libp2p.network.stream.exceptions import StreamEOF

from host import report_connection

# Sends back what it gets until the remote closes its side, then closes.
ECHO = TProtocol("/echo/1.0.0")

# Reads until the remote closes its side and only then answers, with the 32
# bytes of the SHA-256 of what it read.
HALF_CLOSE = TProtocol("/half-close/1.0.0")

# Resets the stream when it has read one byte.
RESET = TProtocol("/reset/1.0.0")

# Writes what this side negotiated for the connection, as JSON.
CONN_STATE = TProtocol("/conn-state/1.0.0")

CHUNK = 65_536


def serve(host: IHost) -> None:
    """Serve the test protocols on the host."""

    async def conn_state(stream: INetStream) -> None:
        report = report_connection(host, stream.muxed_conn.peer_id)
        await stream.write(json.dumps(report).encode())

    host.set_stream_handler(ECHO, _closing(_echo))
    host.set_stream_handler(HALF_CLOSE, _closing(_half_close))
    host.set_stream_handler(CONN_STATE, _closing(conn_state))
    host.set_stream_handler(RESET, _reset)


async def chunks(stream: INetStream) -> AsyncIterator[bytes]:
    """Yield what the stream brings until the remote closes its side."""
    while True:
        try:
            data = await stream.read(CHUNK)
        except StreamEOF:
            return
        if not data:
            return
        yield data


Handler = Callable[[INetStream], Awaitable[None]]


def _closing(handler: Handler) -> Handler:
    """Close the stream after the handler, or reset it when the handler fails."""

    async def handle(stream: INetStream) -> None:
        try:
            await handler(stream)
            await stream.close()
        except Exception:
            await stream.reset()

    return handle


async def _echo(stream: INetStream) -> None:
    async for data in chunks(stream):
        await stream.write(data)


async def _half_close(stream: INetStream) -> None:
    digest = hashlib.sha256()
    async for data in chunks(stream):
        digest.update(data)
    await stream.write(digest.digest())


async def _reset(stream: INetStream) -> None:
    try:
        await stream.read(1)
    finally:
        await stream.reset()
