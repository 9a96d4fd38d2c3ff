use std::{str::FromStr, time::Duration};

use lexopt::prelude::*;
use libp2p::Multiaddr;

use crate::{dial::DialOptions, peer_tests::PeerTest, security::Protocol};

pub enum Command {
    Listen {
        addresses: Vec<Multiaddr>,
        security: Vec<Protocol>,
    },
    Dial(DialOptions),
}

/// Reads the command line of this process.
pub fn parse() -> Result<Command, lexopt::Error> {
    let mut positional = Vec::new();
    let mut addresses = Vec::new();
    let mut security = Vec::new();
    let mut tests = Vec::new();
    let mut size = 1 << 20;
    let mut timeout = Duration::from_secs(30);

    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("listen") => addresses.push(parser.value()?.parse()?),
            Long("security") => security.push(parser.value()?.parse()?),
            Long("test") => tests.push(parser.value()?.parse()?),
            Long("size") => size = parser.value()?.parse()?,
            Long("timeout") => timeout = parser.value()?.parse_with(parse_seconds)?,
            Value(value) => positional.push(value.string()?),
            _ => return Err(argument.unexpected()),
        }
    }
    if security.is_empty() {
        security = vec![Protocol::Noise, Protocol::Tls];
    }

    match positional.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] | ["listen"] => {
            if addresses.is_empty() {
                addresses.push(
                    "/ip4/127.0.0.1/tcp/0/ws"
                        .parse()
                        .expect("it is a multiaddr"),
                );
            }
            Ok(Command::Listen {
                addresses,
                security,
            })
        }
        ["dial", address] => {
            if tests.is_empty() {
                tests = PeerTest::ALL.to_vec();
            }
            let address = Multiaddr::from_str(address).map_err(|e| format!("{address}: {e}"))?;
            Ok(Command::Dial(DialOptions {
                address,
                listen: addresses,
                security,
                tests,
                size,
                timeout,
            }))
        }
        _ => Err(format!("{positional:?} is neither listen nor dial MULTIADDR").into()),
    }
}

/// Understands the part of Go's durations that the matrix uses: `30s`.
fn parse_seconds(text: &str) -> Result<Duration, String> {
    text.strip_suffix('s')
        .and_then(|seconds| seconds.parse().ok())
        .map(Duration::from_secs)
        .ok_or_else(|| format!("{text:?} is not a duration such as 30s"))
}
