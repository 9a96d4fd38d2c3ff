use std::{
    error::Error,
    str::FromStr,
    time::{Duration, Instant},
};

use futures::{AsyncReadExt, AsyncWriteExt, future::try_join};
use libp2p::{PeerId, StreamProtocol, ping};
use libp2p_stream::Control;
use rand::Rng;
use sha2::{Digest, Sha256};
use tokio::time::timeout;

use crate::{
    protocols::{CONN_STATE, ECHO, HALF_CLOSE, RESET},
    report::{ConnReport, TestReport},
};

/// Bytes of a ping, <https://github.com/libp2p/specs/blob/master/ping/ping.md>.
const PING_SIZE: usize = 32;

#[derive(Clone, Copy)]
pub enum PeerTest {
    Ping,
    Echo,
    HalfClose,
    Reset,
    ConnState,
}

type Outcome = Result<Option<ConnReport>, Box<dyn Error>>;

impl PeerTest {
    pub const ALL: [Self; 5] = [
        Self::Ping,
        Self::Echo,
        Self::HalfClose,
        Self::Reset,
        Self::ConnState,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Ping => "ping",
            Self::Echo => "echo",
            Self::HalfClose => "half-close",
            Self::Reset => "reset",
            Self::ConnState => "conn-state",
        }
    }

    /// Runs the test against a connected peer; a failure is in the report.
    pub async fn run(
        self,
        control: &mut Control,
        peer: PeerId,
        size: usize,
        limit: Duration,
    ) -> TestReport {
        let start = Instant::now();
        let outcome = timeout(limit, self.outcome(control, peer, size)).await;
        let ms = milliseconds(start.elapsed());
        let name = self.name();
        match outcome.unwrap_or_else(|_| Err("timed out".into())) {
            Ok(remote) => TestReport {
                name,
                ok: true,
                error: None,
                ms,
                remote,
            },
            Err(error) => TestReport {
                name,
                ok: false,
                error: Some(error.to_string()),
                ms,
                remote: None,
            },
        }
    }

    async fn outcome(self, control: &mut Control, peer: PeerId, size: usize) -> Outcome {
        match self {
            Self::Ping => expect_echo(control, peer, ping::PROTOCOL_NAME, PING_SIZE).await,
            Self::Echo => expect_echo(control, peer, ECHO, size).await,
            Self::HalfClose => half_close(control, peer, size).await,
            Self::Reset => reset(control, peer).await,
            Self::ConnState => {
                let received = exchange(control, peer, CONN_STATE, &[]).await?;
                Ok(Some(serde_json::from_slice(&received)?))
            }
        }
    }
}

impl FromStr for PeerTest {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|test| test.name() == name)
            .ok_or_else(|| format!("--test {name:?} is none of {:?}", Self::ALL.map(Self::name)))
    }
}

async fn expect_echo(
    control: &mut Control,
    peer: PeerId,
    protocol: StreamProtocol,
    size: usize,
) -> Outcome {
    let data = random_bytes(size);
    let received = exchange(control, peer, protocol, &data).await?;
    if received != data {
        return Err(format!("sent {size} bytes, got {} others back", received.len()).into());
    }
    Ok(None)
}

async fn half_close(control: &mut Control, peer: PeerId, size: usize) -> Outcome {
    let data = random_bytes(size);
    let received = exchange(control, peer, HALF_CLOSE, &data).await?;
    if received != Sha256::digest(&data).as_slice() {
        return Err(format!("got {} bytes that are not the SHA-256", received.len()).into());
    }
    Ok(None)
}

/// A reset looks like the end of the stream to a reader; only a writer is told.
async fn reset(control: &mut Control, peer: PeerId) -> Outcome {
    let mut stream = control.open_stream(peer, RESET).await?;
    stream.write_all(&[1]).await?;
    stream.flush().await?;
    let length = stream.read(&mut [0]).await.unwrap_or(0);
    if length > 0 {
        return Err("expected a reset, read a byte".into());
    }
    match stream.write_all(&[1]).await {
        Ok(()) => Err("expected a reset, the stream can still be written to".into()),
        Err(_) => Ok(None),
    }
}

/// Sends data on a new stream, closes that side and returns all that came back.
async fn exchange(
    control: &mut Control,
    peer: PeerId,
    protocol: StreamProtocol,
    data: &[u8],
) -> Result<Vec<u8>, Box<dyn Error>> {
    let (mut reader, mut writer) = control.open_stream(peer, protocol).await?.split();
    let mut received = Vec::new();
    try_join(reader.read_to_end(&mut received), async {
        writer.write_all(data).await?;
        writer.close().await
    })
    .await?;
    Ok(received)
}

fn random_bytes(size: usize) -> Vec<u8> {
    let mut data = vec![0; size];
    rand::rng().fill_bytes(&mut data);
    data
}

pub fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}
