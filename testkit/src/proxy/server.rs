//! The proxy's HTTP side. A fault that loses something ends the connection, which is what the caller then sees.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::HeaderMap;
use hyper::body::Incoming;
use hyper::header::DATE;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use super::dialect::Dialect;
use super::{Call, Clock, Fault, State};
use crate::said;

/// As AWS words it ("Access denied error message examples", IAM User Guide).
const DENIED_BY_ORGANIZATION: &str = "User: arn:aws:sts::111122223333:assumed-role/r/s is not authorized to perform this with \
                                      an explicit deny in a service control policy";

type Answer = Response<Full<Bytes>>;

/// The connection is to break.
#[derive(Debug)]
struct Lost;

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("lost, as the test asked")
    }
}

impl std::error::Error for Lost {}

pub(super) async fn serve(listener: TcpListener, state: Arc<State>) -> Infallible {
    // No proxy of the caller's stands between this machine and itself.
    let client = reqwest::Client::builder().no_proxy().build().unwrap_or_default();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let (state, client) = (Arc::clone(&state), client.clone());
        tokio::spawn(async move {
            let service = service_fn(|request| pass(request, &state, &client));
            // An error here is the broken connection a fault asked for.
            let _ = hyper::server::conn::http1::Builder::new()
                // The stand-in's own goes through.
                .auto_date_header(false)
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn pass(request: Request<Incoming>, state: &State, client: &reqwest::Client) -> Result<Answer, Lost> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Lost)?.to_bytes();
    let path = head.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
    let call = Call::of(head.method.as_str(), &path, &head.headers, &body);
    let action = call.action.clone();
    let says = Dialect::of(&action);
    said::asked(&action, &body);
    let (number, fault, latency, over_rate, silent) = {
        let mut script = state.script();
        let number = script.calls.len();
        let over_rate = script.rates.iter_mut().any(|bucket| bucket.refuses(&call.action));
        let of_region = |(region, _): &&(String, Fault)| *region == call.region && call.action.starts_with("rds:");
        let barred = script.refused_regions.iter().find(of_region).map(|(_, fault)| *fault);
        let ruled = script.rules.iter_mut().find_map(|rule| rule.fault_for(&call));
        let silent = script.silent_actions.contains(&call.action);
        script.calls.push(call);
        let fault = script.fault.filter(|(at, _)| *at == number).map(|(_, fault)| fault);
        let fault = barred.or(ruled).or(fault);
        (number, fault, script.latency, over_rate, silent)
    };
    pause(latency).await;
    if silent {
        std::future::pending::<()>().await;
    }
    if over_rate {
        return Ok(says.refusal(says.throttled, "Rate exceeded"));
    }
    match fault {
        Some(Fault::RequestLost) => return Err(Lost),
        Some(Fault::Throttled) => return Ok(says.refusal(says.throttled, "Rate exceeded")),
        Some(Fault::ServerError) => return Ok(says.refusal(says.broken, "asked for")),
        Some(Fault::Denied) => return Ok(says.refusal(says.denied, "not authorized to perform this")),
        Some(Fault::DeniedByOrganization) => return Ok(says.refusal(says.denied, DENIED_BY_ORGANIZATION)),
        Some(Fault::Refused { status, code }) => return Ok(says.refusal((status, code), "asked for")),
        Some(Fault::HoldBefore) => hold(state, number).await,
        Some(Fault::AnswerLost | Fault::ServerErrorAfter | Fault::HoldAfter) | None => {}
    }
    let mut answer = forward(client, &action, &state.upstream, &path, head, body).await?;
    set_date(answer.headers_mut(), state.script().clock)?;
    match fault {
        Some(Fault::AnswerLost) => return Err(Lost),
        Some(Fault::ServerErrorAfter) => return Ok(says.refusal(says.broken, "asked for")),
        Some(Fault::HoldAfter) => hold(state, number).await,
        _ => {}
    }
    Ok(answer)
}

/// Where the clock of the answers is not this machine's.
fn set_date(headers: &mut HeaderMap, clock: Clock) -> Result<(), Lost> {
    match clock {
        Clock::True => {}
        Clock::Silent => _ = headers.remove(DATE),
        Clock::Off(by) => {
            let by = jiff::SignedDuration::from_secs(by);
            let time = clock_of_this_machine().checked_add(by).map_err(|_| Lost)?;
            let text = time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
            headers.insert(DATE, text.parse().map_err(|_| Lost)?);
        }
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the time of an answer is real, or off by as much as the test says")]
fn clock_of_this_machine() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// Until the test lets it go on; one that kills the caller never does.
async fn hold(state: &State, number: usize) {
    state.reached.send_replace(Some(number));
    state.released.notified().await;
}

#[expect(clippy::disallowed_methods, reason = "latency is real here")]
async fn pause(latency: std::time::Duration) {
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
}

async fn forward(
    client: &reqwest::Client,
    action: &str,
    upstream: &str,
    path: &str,
    head: hyper::http::request::Parts,
    body: Bytes,
) -> Result<Answer, Lost> {
    let mut headers = head.headers;
    headers.remove("content-length");
    // Virtual-host S3 and signatures need the host the caller meant; everything else does not mind it.
    let answer = client.request(head.method, format!("{upstream}{path}")).headers(headers).body(body).send().await;
    let answer = answer.map_err(|_| Lost)?;
    let mut response = Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        if name != "transfer-encoding" && name != "content-length" && name != "connection" {
            response = response.header(name, value);
        }
    }
    let body = answer.bytes().await.map_err(|_| Lost)?;
    said::answered(action, &body);
    response.body(Full::new(body)).map_err(|_| Lost)
}
