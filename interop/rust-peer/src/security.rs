//! The security protocols to choose from, and which was chosen for each peer:
//! the swarm does not say.

use std::{
    collections::HashMap,
    io,
    pin::Pin,
    str::FromStr,
    sync::{Arc, Mutex},
};

use futures::{AsyncRead, AsyncWrite, FutureExt, future::BoxFuture};
use libp2p::{
    PeerId,
    core::upgrade::{InboundConnectionUpgrade, OutboundConnectionUpgrade, UpgradeInfo},
    identity::Keypair,
    noise, tls,
};

#[derive(Clone, Copy, PartialEq)]
pub enum Protocol {
    Noise,
    Tls,
}

impl FromStr for Protocol {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "noise" => Ok(Self::Noise),
            "tls" => Ok(Self::Tls),
            _ => Err(format!("--security {name:?} is neither noise nor tls")),
        }
    }
}

/// The protocol that was negotiated last with each peer.
pub type Negotiated = Arc<Mutex<HashMap<PeerId, &'static str>>>;

/// Offers the protocols in the order in which they are given.
#[derive(Clone)]
pub struct Security {
    offered: Vec<Protocol>,
    noise: noise::Config,
    tls: tls::Config,
    negotiated: Negotiated,
}

impl Security {
    pub fn new(
        keypair: &Keypair,
        offered: &[Protocol],
        negotiated: Negotiated,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        Ok(Self {
            offered: offered.to_vec(),
            noise: noise::Config::new(keypair)?,
            tls: tls::Config::new(keypair)?,
            negotiated,
        })
    }

    fn id(protocol: Protocol) -> &'static str {
        match protocol {
            Protocol::Noise => "/noise",
            Protocol::Tls => "/tls/1.0.0",
        }
    }

    fn note(self, peer: PeerId, id: &'static str) {
        self.negotiated
            .lock()
            .expect("no holder panics")
            .insert(peer, id);
    }
}

/// A secured socket of either protocol.
pub type Secured = Pin<Box<dyn Socket>>;

pub trait Socket: AsyncRead + AsyncWrite + Send {}
impl<T: AsyncRead + AsyncWrite + Send> Socket for T {}

type Upgrading = BoxFuture<'static, io::Result<(PeerId, Secured)>>;

impl UpgradeInfo for Security {
    type Info = &'static str;
    type InfoIter = std::vec::IntoIter<Self::Info>;

    fn protocol_info(&self) -> Self::InfoIter {
        self.offered
            .iter()
            .copied()
            .map(Self::id)
            .collect::<Vec<_>>()
            .into_iter()
    }
}

impl<C> InboundConnectionUpgrade<C> for Security
where
    C: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    type Output = (PeerId, Secured);
    type Error = io::Error;
    type Future = Upgrading;

    fn upgrade_inbound(self, socket: C, id: &'static str) -> Upgrading {
        async move {
            let (peer, secured): (_, Secured) = if id == Self::id(Protocol::Noise) {
                let (peer, io) = self
                    .noise
                    .clone()
                    .upgrade_inbound(socket, id)
                    .await
                    .map_err(io::Error::other)?;
                (peer, Box::pin(io))
            } else {
                let (peer, io) = self
                    .tls
                    .clone()
                    .upgrade_inbound(socket, id)
                    .await
                    .map_err(io::Error::other)?;
                (peer, Box::pin(io))
            };
            self.note(peer, id);
            Ok((peer, secured))
        }
        .boxed()
    }
}

impl<C> OutboundConnectionUpgrade<C> for Security
where
    C: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    type Output = (PeerId, Secured);
    type Error = io::Error;
    type Future = Upgrading;

    fn upgrade_outbound(self, socket: C, id: &'static str) -> Upgrading {
        async move {
            let (peer, secured): (_, Secured) = if id == Self::id(Protocol::Noise) {
                let (peer, io) = self
                    .noise
                    .clone()
                    .upgrade_outbound(socket, id)
                    .await
                    .map_err(io::Error::other)?;
                (peer, Box::pin(io))
            } else {
                let (peer, io) = self
                    .tls
                    .clone()
                    .upgrade_outbound(socket, id)
                    .await
                    .map_err(io::Error::other)?;
                (peer, Box::pin(io))
            };
            self.note(peer, id);
            Ok((peer, secured))
        }
        .boxed()
    }
}
