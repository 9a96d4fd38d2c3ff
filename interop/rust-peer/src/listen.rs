use std::{collections::HashSet, error::Error, io, pin::pin, thread};

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
    let negotiated = Negotiated::default();
    let mut swarm = new_swarm(security, negotiated.clone())?;
    let remotes = start_listening(&mut swarm, &addresses, &negotiated).await?;
    let mut told_to_end = pin!(told_to_end()?);

    loop {
        let event = select! {
            event = swarm.select_next_some() => event,
            () = &mut told_to_end => return Ok(()),
        };
        match event {
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

/// Serves the test protocols and prints where. Whoever goes on polling `swarm`
/// tells the remotes.
pub async fn start_listening(
    swarm: &mut Swarm<Behaviour>,
    addresses: &[Multiaddr],
    negotiated: &Negotiated,
) -> Result<Remotes, Box<dyn Error>> {
    let remotes = Remotes::default();
    serve(
        swarm.behaviour().stream.new_control(),
        remotes.clone(),
        negotiated.clone(),
    )?;

    let mut starting = HashSet::new();
    for address in addresses {
        starting.insert(swarm.listen_on(address.clone())?);
    }
    loop {
        match swarm.select_next_some().await {
            SwarmEvent::NewListenAddr { listener_id, .. }
                if was_last(&mut starting, listener_id) =>
            {
                break;
            }
            SwarmEvent::ListenerError { error, .. } => return Err(error.into()),
            _ => {}
        }
    }
    print_addresses(swarm);
    Ok(remotes)
}

/// Is over when standard input closes or SIGTERM comes.
pub fn told_to_end() -> io::Result<impl Future<Output = ()>> {
    let mut terminated = signal(SignalKind::terminate())?;
    let input_closed = input_closed();
    Ok(async move {
        select! {
            _ = terminated.recv() => {}
            _ = input_closed => {}
        }
    })
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
