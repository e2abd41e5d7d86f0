//! A deployed function whose work a test does itself, or hands to processes as it sees fit: many at once, as Lambda runs them.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::function::Answer;
use crate::scene::Scene;

type Answering = Pin<Box<dyn Future<Output = anyhow::Result<Answer>> + Send>>;

/// See the module. It ends when this is dropped.
#[derive(Debug)]
pub struct Called(tokio::task::JoinHandle<Infallible>);

impl Drop for Called {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Scene {
    /// Has `work` answer for the function called `name`, deployed with these variables. What it could not answer at all is what Lambda says of a process that died.
    pub async fn answers<W>(&self, name: &str, variables: &[(&str, &str)], work: W) -> anyhow::Result<Called>
    where
        W: Fn(Value) -> Answering + Send + Sync + 'static,
    {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}/", listener.local_addr()?);
        self.function(name, variables).await?;
        self.control("lambda-url", json!({ "name": name, "url": url })).await?;
        Ok(Called(tokio::spawn(serve(listener, Arc::new(work)))))
    }
}

async fn serve<W>(listener: TcpListener, work: Arc<W>) -> Infallible
where
    W: Fn(Value) -> Answering + Send + Sync + 'static,
{
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let work = Arc::clone(&work);
        tokio::spawn(async move {
            let service = service_fn(|request| answer(request, &*work));
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer<W>(request: Request<Incoming>, work: &W) -> Result<Response<Full<Bytes>>, std::io::Error>
where
    W: Fn(Value) -> Answering,
{
    let body = request.into_body().collect().await.map_err(std::io::Error::other)?.to_bytes();
    let event = serde_json::from_slice(&body).map_err(std::io::Error::other)?;
    let (status, body) = match work(event).await {
        Ok(Answer::Report(report)) => (200, report),
        Ok(Answer::Fault { kind, message }) => (500, json!({ "errorType": kind, "errorMessage": message })),
        Err(died) => (500, json!({ "errorType": "Runtime.ExitError", "errorMessage": format!("{died:#}") })),
    };
    Response::builder().status(status).body(Full::from(body.to_string())).map_err(std::io::Error::other)
}
