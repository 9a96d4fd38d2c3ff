//! The test protocols, the same in every peer of the matrix.

use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex},
};

use futures::{AsyncReadExt, AsyncWriteExt, StreamExt};
use libp2p::{PeerId, Stream, StreamProtocol};
use libp2p_stream::Control;
use sha2::{Digest, Sha256};

use crate::{host::report_connection, security::Negotiated};

/// Sends back what it gets until the remote closes its side, then closes.
pub const ECHO: StreamProtocol = StreamProtocol::new("/echo/1.0.0");

/// Reads until the remote closes its side and only then answers, with the 32
/// bytes of the SHA-256 of what it read.
pub const HALF_CLOSE: StreamProtocol = StreamProtocol::new("/half-close/1.0.0");

/// Resets the stream when it has read one byte.
pub const RESET: StreamProtocol = StreamProtocol::new("/reset/1.0.0");

/// Writes what this side negotiated for the connection, as JSON.
pub const CONN_STATE: StreamProtocol = StreamProtocol::new("/conn-state/1.0.0");

/// Where the connected peers are.
pub type Remotes = Arc<Mutex<HashMap<PeerId, String>>>;

/// Serves the protocols for as long as the swarm runs.
pub fn serve(
    mut control: Control,
    remotes: Remotes,
    negotiated: Negotiated,
) -> Result<(), libp2p_stream::AlreadyRegistered> {
    for protocol in [ECHO, HALF_CLOSE, RESET, CONN_STATE] {
        let mut incoming = control.accept(protocol.clone())?;
        let (remotes, negotiated) = (remotes.clone(), negotiated.clone());
        tokio::spawn(async move {
            while let Some((peer, stream)) = incoming.next().await {
                let address = remotes
                    .lock()
                    .expect("no holder panics")
                    .get(&peer)
                    .cloned()
                    .unwrap_or_default();
                tokio::spawn(answer(
                    protocol.clone(),
                    peer,
                    stream,
                    address,
                    negotiated.clone(),
                ));
            }
        });
    }
    Ok(())
}

/// A stream that is dropped without having been closed is reset.
async fn answer(
    protocol: StreamProtocol,
    peer: PeerId,
    mut stream: Stream,
    address: String,
    negotiated: Negotiated,
) -> io::Result<()> {
    if protocol == ECHO {
        echo(&mut stream).await?;
    } else if protocol == HALF_CLOSE {
        let digest = digest_to_end(&mut stream).await?;
        stream.write_all(&digest).await?;
    } else if protocol == CONN_STATE {
        let report = report_connection(peer, address, &negotiated);
        stream.write_all(&serde_json::to_vec(&report)?).await?;
    } else {
        stream.read_exact(&mut [0]).await?;
        return Ok(());
    }
    stream.close().await
}

async fn echo(stream: &mut Stream) -> io::Result<()> {
    let mut buffer = vec![0; 65536];
    loop {
        match stream.read(&mut buffer).await? {
            0 => return Ok(()),
            length => stream.write_all(&buffer[..length]).await?,
        }
    }
}

async fn digest_to_end(stream: &mut Stream) -> io::Result<[u8; 32]> {
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 65536];
    loop {
        match stream.read(&mut buffer).await? {
            0 => return Ok(digest.finalize().into()),
            length => digest.update(&buffer[..length]),
        }
    }
}
