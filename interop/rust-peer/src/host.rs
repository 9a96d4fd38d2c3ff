use std::{error::Error, time::Duration};

use libp2p::{
    PeerId, Swarm, Transport,
    core::upgrade::Version,
    identify,
    identity::Keypair,
    ping,
    swarm::{Config, NetworkBehaviour},
    tcp, websocket, yamux,
};

use crate::{
    report::ConnReport,
    security::{Negotiated, Protocol, Security},
};

/// Longer than any run: connections without streams are to stay.
const IDLE_TIMEOUT: Duration = Duration::from_secs(600);

#[derive(NetworkBehaviour)]
pub struct Behaviour {
    pub identify: identify::Behaviour,
    pub ping: ping::Behaviour,
    pub stream: libp2p_stream::Behaviour,
}

/// A swarm with the WebSocket transport, yamux, identify, ping and streams.
pub fn new_swarm(
    security: &[Protocol],
    negotiated: Negotiated,
) -> Result<Swarm<Behaviour>, Box<dyn Error>> {
    let keypair = Keypair::generate_ed25519();
    let tcp = tcp::tokio::Transport::new(tcp::Config::default().nodelay(true));
    let transport = websocket::Config::new(tcp)
        .upgrade(Version::V1)
        .authenticate(Security::new(&keypair, security, negotiated)?)
        .multiplex(yamux::Config::default())
        .boxed();
    let behaviour = Behaviour {
        identify: identify::Behaviour::new(identify::Config::new(
            "/interop/1.0.0".into(),
            keypair.public(),
        )),
        ping: ping::Behaviour::default(),
        stream: libp2p_stream::Behaviour::new(),
    };
    let config = Config::with_tokio_executor().with_idle_connection_timeout(IDLE_TIMEOUT);
    Ok(Swarm::new(
        transport,
        behaviour,
        keypair.public().to_peer_id(),
        config,
    ))
}

/// Yamux is the only muxer, and rust-libp2p has no early muxer negotiation.
pub fn report_connection(peer: PeerId, address: String, negotiated: &Negotiated) -> ConnReport {
    let negotiated = negotiated.lock().expect("no holder panics");
    ConnReport {
        remote_peer: peer.to_string(),
        remote_addr: address,
        security: negotiated.get(&peer).copied().unwrap_or_default().into(),
        muxer: "/yamux/1.0.0".into(),
        transport: "websocket".into(),
        early_muxer: Some(false),
    }
}
