//! A deployed function: who calls it by its name on the stand-in reaches a real function process, and gets what that answers.

use std::convert::Infallible;
use std::sync::{Arc, Mutex as StdMutex, PoisonError};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Mutex;

use crate::function::{Answer, FunctionProcess};
use crate::scene::Scene;

/// See the module.
#[derive(Debug)]
pub struct Deployed {
    events: Arc<StdMutex<Vec<Value>>>,
    server: tokio::task::JoinHandle<Infallible>,
}

impl Deployed {
    /// What it was called with, in order.
    pub fn events(&self) -> Vec<Value> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Deployed {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Scene {
    /// Deploys the job's `binary` as a function called `name` with these variables.
    pub async fn deploy(&self, binary: &str, name: &str, variables: &[(&str, &str)]) -> anyhow::Result<Deployed> {
        self.function(name, variables).await?;
        self.serve(name, self.start(binary, variables)?).await
    }

    /// Lets a function process answer for the function called `name`, in whatever Region that is.
    pub async fn serve(&self, name: &str, process: FunctionProcess) -> anyhow::Result<Deployed> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}/", listener.local_addr()?);
        self.control("lambda-url", json!({ "name": name, "url": url })).await?;
        let events = Arc::<StdMutex<Vec<Value>>>::default();
        let server = tokio::spawn(serve(listener, Arc::new(Mutex::new(process)), Arc::clone(&events)));
        Ok(Deployed { events, server })
    }
}

async fn serve(
    listener: TcpListener,
    process: Arc<Mutex<FunctionProcess>>,
    events: Arc<StdMutex<Vec<Value>>>,
) -> Infallible {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let (process, events) = (Arc::clone(&process), Arc::clone(&events));
        tokio::spawn(async move {
            let service = service_fn(|request| answer(request, &process, &events));
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(
    request: Request<Incoming>,
    process: &Mutex<FunctionProcess>,
    events: &StdMutex<Vec<Value>>,
) -> Result<Response<Full<Bytes>>, std::io::Error> {
    let body = request.into_body().collect().await.map_err(std::io::Error::other)?.to_bytes();
    let text = String::from_utf8_lossy(&body).into_owned();
    events
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(serde_json::from_str(&text).unwrap_or_else(|_| Value::String(text.clone())));
    let answer = process.lock().await.invoke_text(&text).await.map_err(std::io::Error::other)?;
    let (status, body) = match answer {
        Answer::Report(report) => (200, report),
        Answer::Fault { kind, message } => (500, json!({ "errorType": kind, "errorMessage": message })),
    };
    let response = Response::builder().status(status).body(Full::from(body.to_string()));
    response.map_err(std::io::Error::other)
}
