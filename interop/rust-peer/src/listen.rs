use std::{collections::HashSet, error::Error, io, thread};

use futures::StreamExt;
use libp2p::{Multiaddr, Swarm, core::transport::ListenerId, swarm::SwarmEvent};
use tokio::{
    select,
    signal::unix::{SignalKind, signal},
    sync::oneshot,
};

use crate::{
    host::{Behaviour, new_swarm},
    protocols::{Remotes, serve},
    report::{Listening, print},
    security::{Negotiated, Protocol},
};

/// Serves the test protocols until standard input closes or SIGTERM comes.
pub async fn listen(
    addresses: Vec<Multiaddr>,
    security: &[Protocol],
) -> Result<(), Box<dyn Error>> {
    let (remotes, negotiated) = (Remotes::default(), Negotiated::default());
    let mut swarm = new_swarm(security, negotiated.clone())?;
    serve(
        swarm.behaviour().stream.new_control(),
        remotes.clone(),
        negotiated,
    )?;

    let mut starting = HashSet::new();
    for address in addresses {
        starting.insert(swarm.listen_on(address)?);
    }
    let mut terminated = signal(SignalKind::terminate())?;
    let mut input_closed = input_closed();

    loop {
        let event = select! {
            event = swarm.select_next_some() => event,
            _ = terminated.recv() => return Ok(()),
            _ = &mut input_closed => return Ok(()),
        };
        match event {
            SwarmEvent::NewListenAddr { listener_id, .. }
                if was_last(&mut starting, listener_id) =>
            {
                print_addresses(&swarm);
            }
            SwarmEvent::ConnectionEstablished {
                peer_id, endpoint, ..
            } => {
                let address = endpoint.get_remote_address().to_string();
                remotes
                    .lock()
                    .expect("no holder panics")
                    .insert(peer_id, address);
            }
            SwarmEvent::ListenerError { error, .. } => return Err(error.into()),
            _ => {}
        }
    }
}

/// Whether all have started with this one; false when it had started before.
fn was_last(starting: &mut HashSet<ListenerId>, started: ListenerId) -> bool {
    starting.remove(&started) && starting.is_empty()
}

fn print_addresses(swarm: &Swarm<Behaviour>) {
    let peer_id = swarm.local_peer_id();
    print(&Listening {
        peer_id: peer_id.to_string(),
        addrs: swarm
            .listeners()
            .map(|address| format!("{address}/p2p/{peer_id}"))
            .collect(),
    });
}

/// A thread of its own, as tokio's would hold up the end of the process.
fn input_closed() -> oneshot::Receiver<()> {
    let (closed, receiver) = oneshot::channel();
    thread::spawn(move || {
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        let _ = closed.send(());
    });
    receiver
}
