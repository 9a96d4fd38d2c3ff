//! The JSON documents that the peer prints.

use serde::{Deserialize, Serialize};

/// What `listen` prints once it accepts connections. Each address ends in /p2p.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Listening {
    pub peer_id: String,
    pub addrs: Vec<String>,
}

/// What one side negotiated for a connection.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConnReport {
    pub remote_peer: String,
    pub remote_addr: String,
    pub security: String,
    pub muxer: String,
    pub transport: String,
    pub early_muxer: Option<bool>,
}

/// What `dial` prints. Times are in milliseconds.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DialReport {
    pub ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    pub dial_ms: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnReport>,
    pub tests: Vec<TestReport>,
}

/// The outcome of one test. `remote` is what the other side said in conn-state.
#[derive(Serialize)]
pub struct TestReport {
    pub name: &'static str,
    pub ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    pub ms: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote: Option<ConnReport>,
}

/// Prints a document on a line of standard output.
pub fn print(document: &impl Serialize) {
    println!(
        "{}",
        serde_json::to_string(document).expect("it has only string keys")
    );
}
