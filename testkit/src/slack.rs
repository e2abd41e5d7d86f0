//! Slack's side of an incoming webhook, on this machine: it keeps what was posted and answers as it is told to.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use nightshift::clock;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::said;

/// What it answers a message with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlackAnswer {
    /// `ok`.
    Ok,
    /// Too many requests; come back after so many seconds.
    TooMany(u32),
    /// A status, and Slack's word for it.
    Refused(u16, &'static str),
    /// It takes the message and the connection breaks.
    Closed,
    /// It answers after so long.
    Slow(Duration),
}

/// See the module.
#[derive(Debug)]
pub struct Slack {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    server: tokio::task::JoinHandle<Infallible>,
}

#[derive(Debug, Default)]
struct State {
    answers: Vec<SlackAnswer>,
    messages: Vec<Value>,
}

impl Slack {
    /// On a port of its own; the first messages get `answers`, in order, all others `ok`.
    pub async fn start(answers: &[SlackAnswer]) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(Mutex::new(State { answers: answers.to_vec(), messages: Vec::new() }));
        let server = tokio::spawn(serve(listener, Arc::clone(&state)));
        Ok(Self { address, state, server })
    }

    /// The webhook's URL. Its path is the secret part.
    pub fn url(&self) -> String {
        format!("http://{}/services/T0/B0/{SECRET}", self.address)
    }

    /// Every message that reached it, whatever it answered.
    pub fn messages(&self) -> Vec<Value> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).messages.clone()
    }
}

/// Slack's own limits: those of its reference ("Blocks"), and for all blocks of a message together, which it does not
/// document, what was seen to be refused (slackapi/bolt-js #2867).
fn takes(message: &Value) -> Result<(), &'static str> {
    let blocks = message["blocks"].as_array().map(Vec::as_slice).unwrap_or_default();
    let text = |block: &Value| {
        let text = block["text"]["text"].as_str().or_else(|| block["elements"][0]["text"].as_str());
        text.map(|text| text.encode_utf16().count())
    };
    let most = |block: &Value| if block["type"] == "header" { 150 } else { 3_000 };
    if blocks.len() > 50 || blocks.iter().any(|block| text(block).is_some_and(|text| text == 0 || text > most(block))) {
        return Err("invalid_blocks");
    }
    if blocks.iter().filter_map(text).sum::<usize>() > 10_000 { Err("msg_blocks_too_long") } else { Ok(()) }
}

/// What no log, report or mail may hold.
pub const SECRET: &str = "xyzzy-not-to-be-seen";

impl Drop for Slack {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(listener: TcpListener, state: Arc<Mutex<State>>) -> Infallible {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let state = Arc::clone(&state);
        tokio::spawn(async move {
            let service = service_fn(|request| answer(request, &state));
            // An error here is the broken connection that was asked for.
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(request: Request<Incoming>, state: &Mutex<State>) -> Result<Response<Full<Bytes>>, std::io::Error> {
    let body = request.into_body().collect().await.map_err(std::io::Error::other)?.to_bytes();
    said::words(&body);
    let answer = {
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        let message = serde_json::from_slice(&body).unwrap_or_default();
        let takes = takes(&message);
        state.messages.push(message);
        if let Err(word) = takes {
            SlackAnswer::Refused(400, word)
        } else if state.answers.is_empty() {
            SlackAnswer::Ok
        } else {
            state.answers.remove(0)
        }
    };
    let respond = |status: u16, text: &'static str| Response::builder().status(status).body(Full::from(text));
    let response = match answer {
        SlackAnswer::Ok => respond(200, "ok"),
        SlackAnswer::TooMany(seconds) => {
            Response::builder().status(429).header("retry-after", seconds).body(Full::from("rate_limited"))
        }
        SlackAnswer::Refused(status, word) => respond(status, word),
        SlackAnswer::Closed => return Err(std::io::Error::other("closed, as the test asked")),
        SlackAnswer::Slow(pause) => {
            clock::sleep(pause).await;
            respond(200, "ok")
        }
    };
    response.map_err(std::io::Error::other)
}
