use std::{
    error::Error,
    time::{Duration, Instant},
};

use futures::StreamExt;
use libp2p::{Multiaddr, PeerId, Swarm, multiaddr, swarm::SwarmEvent};
use tokio::time::timeout;

use crate::{
    host::{Behaviour, new_swarm, report_connection},
    listen::{start_listening, told_to_end},
    peer_tests::{PeerTest, milliseconds},
    report::{DialReport, print},
    security::{Negotiated, Protocol},
};

pub struct DialOptions {
    pub address: Multiaddr,

    /// Where there are any, the test protocols are served on them until the process is told to end.
    pub listen: Vec<Multiaddr>,
    pub security: Vec<Protocol>,
    pub tests: Vec<PeerTest>,

    /// Bytes to send in echo and half-close.
    pub size: usize,

    /// For the dial, and again for each test.
    pub timeout: Duration,
}

/// Connects to one peer, runs the tests on that connection and says whether all went well.
pub async fn dial(options: DialOptions) -> Result<bool, Box<dyn Error>> {
    let negotiated = Negotiated::default();
    let mut swarm = new_swarm(&options.security, negotiated.clone())?;
    let mut control = swarm.behaviour().stream.new_control();
    let mut report = DialReport::default();
    let told_to_end = if options.listen.is_empty() {
        None
    } else {
        start_listening(&mut swarm, &options.listen, &negotiated).await?;
        Some(told_to_end()?)
    };

    let start = Instant::now();
    swarm.dial(options.address.clone())?;
    let connected = timeout(options.timeout, connected(&mut swarm)).await;
    report.dial_ms = milliseconds(start.elapsed());

    match connected
        .map_err(|_| "the dial timed out".to_string())
        .and_then(|result| result)
    {
        Ok(peer) => {
            // Only now: until then `swarm` is polled above.
            tokio::spawn(async move { while swarm.next().await.is_some() {} });
            report.connection = Some(report_connection(
                peer,
                without_peer(&options.address),
                &negotiated,
            ));
            for test in &options.tests {
                report.tests.push(
                    test.run(&mut control, peer, options.size, options.timeout)
                        .await,
                );
            }
            report.ok = report.tests.iter().all(|test| test.ok);
        }
        Err(error) => report.error = Some(error),
    }
    print(&report);
    if let Some(told_to_end) = told_to_end {
        told_to_end.await;
    }
    Ok(report.ok)
}

async fn connected(swarm: &mut Swarm<Behaviour>) -> Result<PeerId, String> {
    loop {
        match swarm.select_next_some().await {
            SwarmEvent::ConnectionEstablished { peer_id, .. } => return Ok(peer_id),
            SwarmEvent::OutgoingConnectionError { error, .. } => return Err(error.to_string()),
            _ => {}
        }
    }
}

fn without_peer(address: &Multiaddr) -> String {
    address
        .iter()
        .filter(|part| !matches!(part, multiaddr::Protocol::P2p(_)))
        .collect::<Multiaddr>()
        .to_string()
}
