"""The py-libp2p peer of the interop matrix.

It listens for the test protocols or dials a peer that serves them, over
WebSocket only:

    py_peer.py listen [--listen MULTIADDR]... [--security noise|tls]...
    py_peer.py dial MULTIADDR [--security noise|tls]... [--test NAME]... [--size BYTES] [--timeout SECONDSs]

Each command prints one JSON document on standard output. It exits with 0 when
all went well, 1 when the run failed and 2 when it was called wrongly.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time

import trio
from libp2p.peer.peerinfo import info_from_p2p_addr
from multiaddr import Multiaddr

from host import create_host, report_connection
from peer_tests import TESTS, milliseconds_since, run_test
from protocols import serve

SECURITY = ["noise", "tls"]


def seconds(text: str) -> float:
    """Understand the part of Go's durations that the matrix uses: 30s."""
    if not text.endswith("s"):
        raise ValueError(text)
    return float(text[:-1])


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="py_peer.py")
    commands = parser.add_subparsers(dest="command", required=True)
    listen_parser = commands.add_parser("listen")
    listen_parser.add_argument("--listen", type=Multiaddr, action="append")
    dial_parser = commands.add_parser("dial")
    dial_parser.add_argument("address", type=Multiaddr)
    dial_parser.add_argument("--test", choices=list(TESTS), action="append")
    dial_parser.add_argument("--size", type=int, default=1 << 20)
    dial_parser.add_argument("--timeout", type=seconds, default=30.0)
    for command in (listen_parser, dial_parser):
        command.add_argument("--security", choices=SECURITY, action="append")
    return parser.parse_args()


async def listen(addresses: list[Multiaddr], security: list[str]) -> None:
    """Serve the test protocols until standard input closes or SIGTERM comes."""
    host = create_host(security, addresses)
    async with host.run(listen_addrs=addresses):
        serve(host)
        print_document({"peerId": str(host.get_id()), "addrs": [str(address) for address in host.get_addrs()]})
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_cancel_at_signal, nursery.cancel_scope)
            nursery.start_soon(_cancel_at_end_of_input, nursery.cancel_scope)


async def _cancel_at_signal(scope: trio.CancelScope) -> None:
    with trio.open_signal_receiver(signal.SIGTERM) as signals:
        async for _ in signals:
            scope.cancel()


async def _cancel_at_end_of_input(scope: trio.CancelScope) -> None:
    async with trio.lowlevel.FdStream(sys.stdin.fileno()) as stdin:
        async for _ in stdin:
            pass
    scope.cancel()


async def dial(arguments: argparse.Namespace, security: list[str]) -> bool:
    """Connect to one peer and run the tests on that connection."""
    host = create_host(security, [])
    target = info_from_p2p_addr(arguments.address)
    report: dict = {"ok": False, "dialMs": 0, "tests": []}
    async with host.run(listen_addrs=[]):
        start = time.monotonic()
        try:
            with trio.fail_after(arguments.timeout):
                await host.connect(target)
            report["dialMs"] = milliseconds_since(start)
            report["connection"] = report_connection(host, target.peer_id)
            for name in arguments.test or TESTS:
                report["tests"].append(await run_test(host, target.peer_id, name, arguments.size, arguments.timeout))
            report["ok"] = all(test["ok"] for test in report["tests"])
        except Exception as error:
            report["dialMs"] = milliseconds_since(start)
            report["error"] = f"{type(error).__name__}: {error}"
        print_document(report)
    return report["ok"]


def print_document(document: dict) -> None:
    """Print a JSON document on a line of standard output."""
    print(json.dumps(document), flush=True)


def main() -> int:
    arguments = parse_arguments()
    security = arguments.security or SECURITY
    if arguments.command == "listen":
        trio.run(listen, arguments.listen or [Multiaddr("/ip4/127.0.0.1/tcp/0/ws")], security)
        return 0
    return 0 if trio.run(dial, arguments, security) else 1


if __name__ == "__main__":
    sys.exit(main())
