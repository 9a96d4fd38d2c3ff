"""The tests that a dialer runs on a connection."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Awaitable, Callable

import trio
from libp2p.abc import IHost
from libp2p.custom_types import TProtocol
from libp2p.host.ping import ID as PING
from libp2p.network.stream.exceptions import StreamClosed, StreamEOF, StreamReset
from libp2p.peer.id import ID

from protocols import CONN_STATE, ECHO, HALF_CLOSE, RESET, chunks

# https://github.com/libp2p/specs/blob/master/ping/ping.md
PING_SIZE = 32


async def run_test(host: IHost, peer: ID, name: str, size: int, timeout: float) -> dict:
    """Run one test against a connected peer; a failure is in the report."""
    start = time.monotonic()
    report: dict = {"name": name, "ok": True}
    try:
        with trio.fail_after(timeout):
            remote = await TESTS[name](host, peer, size)
        if remote is not None:
            report["remote"] = remote
    except Exception as error:
        report["ok"] = False
        report["error"] = f"{type(error).__name__}: {error}"
    report["ms"] = milliseconds_since(start)
    return report


def milliseconds_since(start: float) -> float:
    """Milliseconds from a value of time.monotonic()."""
    return round((time.monotonic() - start) * 1e3, 3)


async def _exchange(host: IHost, peer: ID, protocol: TProtocol, data: bytes) -> bytes:
    """Send data on a new stream, close that side and return all that came back."""
    stream = await host.new_stream(peer, [protocol])
    received = bytearray()

    async def send() -> None:
        await stream.write(data)
        await stream.close_write()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(send)
        async for chunk in chunks(stream):
            received += chunk
    return bytes(received)


async def _expect_echo(host: IHost, peer: ID, protocol: TProtocol, size: int) -> None:
    data = os.urandom(size)
    received = await _exchange(host, peer, protocol, data)
    if received != data:
        raise ValueError(f"sent {size} bytes, got {len(received)} others back")


async def _ping(host: IHost, peer: ID, _size: int) -> None:
    await _expect_echo(host, peer, PING, PING_SIZE)


async def _echo(host: IHost, peer: ID, size: int) -> None:
    await _expect_echo(host, peer, ECHO, size)


async def _half_close(host: IHost, peer: ID, size: int) -> None:
    data = os.urandom(size)
    received = await _exchange(host, peer, HALF_CLOSE, data)
    if received != hashlib.sha256(data).digest():
        raise ValueError(f"got {len(received)} bytes that are not the SHA-256")


async def _reset(host: IHost, peer: ID, _size: int) -> None:
    """A reset may look like the end of the stream to a reader; a writer is told."""
    stream = await host.new_stream(peer, [RESET])
    await stream.write(b"\x01")
    try:
        data = await stream.read(1)
    except StreamReset:
        return
    except StreamEOF:
        data = b""
    if data:
        raise ValueError("expected a reset, read a byte")
    try:
        await stream.write(b"\x01")
    except (StreamReset, StreamClosed):
        return
    raise ValueError("expected a reset, the stream can still be written to")


async def _conn_state(host: IHost, peer: ID, _size: int) -> dict:
    return json.loads(await _exchange(host, peer, CONN_STATE, b""))


TESTS: dict[str, Callable[[IHost, ID, int], Awaitable[dict | None]]] = {
    "ping": _ping,
    "echo": _echo,
    "half-close": _half_close,
    "reset": _reset,
    "conn-state": _conn_state,
}
