//! The rust-libp2p peer of the interop matrix. It listens for the test
//! protocols or dials a peer that serves them, over WebSocket only:
//!
//! ```text
//! rust-peer listen [--listen MULTIADDR]... [--security noise|tls]...
//! rust-peer dial MULTIADDR [--listen MULTIADDR]... [--security noise|tls]... [--test NAME]... [--size BYTES] [--timeout SECONDSs]
//! ```
//!
//! Each command prints one JSON document on standard output. It exits with 0
//! when all went well, 1 when the run failed and 2 when it was called wrongly.

mod args;
mod dial;
mod host;
mod listen;
mod peer_tests;
mod protocols;
mod report;
mod security;

use std::{error::Error, process::ExitCode};

use args::Command;

#[tokio::main]
async fn main() -> ExitCode {
    let command = match args::parse() {
        Ok(command) => command,
        Err(error) => {
            eprintln!("rust-peer: {error}");
            return ExitCode::from(2);
        }
    };
    match run(command).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("rust-peer: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<bool, Box<dyn Error>> {
    match command {
        Command::Listen {
            addresses,
            security,
        } => {
            listen::listen(addresses, &security).await?;
            Ok(true)
        }
        Command::Dial(options) => dial::dial(options).await,
    }
}
