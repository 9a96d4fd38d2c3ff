"""Hosts of py-libp2p over WebSocket, and what they negotiate."""

from __future__ import annotations

from collections.abc import Sequence

from libp2p import create_yamux_muxer_option, new_host
from libp2p.abc import IHost, IRawConnection, ISecureConn
from libp2p.crypto.ed25519 import create_new_key_pair
from libp2p.crypto.x25519 import create_new_key_pair as create_new_x25519_key_pair
from libp2p.peer.id import ID
from libp2p.security.noise.transport import PROTOCOL_ID as NOISE_ID
from libp2p.security.noise.transport import Transport as NoiseTransport
from libp2p.security.tls.transport import PROTOCOL_ID as TLS_ID
from libp2p.security.tls.transport import TLSTransport
from multiaddr import Multiaddr

MUXER_ID = "/yamux/1.0.0"

# The security protocol that was negotiated last with each peer: a connection
# does not say.
_negotiated: dict[str, str] = {}


class _NotedNoise(NoiseTransport):
    async def secure_inbound(self, conn: IRawConnection) -> ISecureConn:
        return _note(await super().secure_inbound(conn), NOISE_ID)

    async def secure_outbound(self, conn: IRawConnection, peer_id: ID) -> ISecureConn:
        return _note(await super().secure_outbound(conn, peer_id), NOISE_ID)


class _NotedTls(TLSTransport):
    async def secure_inbound(self, conn: IRawConnection) -> ISecureConn:
        return _note(await super().secure_inbound(conn), TLS_ID)

    async def secure_outbound(self, conn: IRawConnection, peer_id: ID) -> ISecureConn:
        return _note(await super().secure_outbound(conn, peer_id), TLS_ID)


def _note(secured: ISecureConn, protocol: str) -> ISecureConn:
    _negotiated[str(secured.get_remote_peer())] = protocol
    return secured


def create_host(security: Sequence[str], listen: Sequence[Multiaddr]) -> IHost:
    """Make a host that offers the security protocols in their order, and yamux."""
    keys = create_new_key_pair()
    transports = {
        "noise": lambda: (NOISE_ID, _NotedNoise(keys, noise_privkey=create_new_x25519_key_pair().private_key)),
        "tls": lambda: (TLS_ID, _NotedTls(keys)),
    }
    return new_host(
        key_pair=keys,
        sec_opt=dict(transports[name]() for name in security),
        muxer_opt=create_yamux_muxer_option(),
        listen_addrs=listen or None,
        enable_tcp=False,
        enable_websocket=True,
        disable_identify_address_discovery=True,
    )


def report_connection(host: IHost, peer: ID) -> dict:
    """Say what this side negotiated; it has yamux only, and no early muxer negotiation."""
    addresses = (host.get_peer_connection_info(peer) or [None])[0]
    return {
        "remotePeer": str(peer),
        "remoteAddr": str(next(iter(addresses.get_transport_addresses()), "")) if addresses else "",
        "security": _negotiated.get(str(peer), ""),
        "muxer": MUXER_ID,
        "transport": "websocket",
        "earlyMuxer": False,
    }
