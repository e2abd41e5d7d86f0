//! As much of Lambda's runtime API as one event takes.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail, ensure};
use serde_json::Value;

/// No function has a key of this name.
const EVENT: &str = r#"{"no such key": "smoke test"}"#;

/// A function has read its settings and its event long before.
const PATIENCE: Duration = Duration::from_mins(1);

/// What a function posts: where to, and what.
type Posted = (String, Vec<u8>);

/// Starts it, hands it the event, and answers with the name of the error it says.
pub(super) fn asked(program: &Path) -> anyhow::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").context("no port is free")?;
    let address = listener.local_addr()?.to_string();
    let (posts, posted) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let posts = posts.clone();
            thread::spawn(move || serve(stream, &posts));
        }
    });
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("AWS_LAMBDA_RUNTIME_API", address)
        .env("AWS_LAMBDA_FUNCTION_NAME", "smoke")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
        .env("AWS_LAMBDA_LOG_GROUP_NAME", "log-group")
        .env("AWS_LAMBDA_LOG_STREAM_NAME", "log-stream")
        .env("AWS_REGION", "eu-west-1")
        // No account: a call would fail here, and not be made.
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    let mut child = super::patiently(|| command.spawn()).context("it does not start")?;
    let answer = awaited(&mut child, &posted);
    let _ = child.kill();
    let _ = child.wait();
    named(&answer?)
}

fn awaited(child: &mut Child, posted: &mpsc::Receiver<Posted>) -> anyhow::Result<Posted> {
    const STEP: Duration = Duration::from_millis(100);
    for _ in 0..PATIENCE.as_millis() / STEP.as_millis() {
        match posted.recv_timeout(STEP) {
            Ok(answer) => return Ok(answer),
            Err(RecvTimeoutError::Disconnected) => bail!("the runtime API has ended"),
            Err(RecvTimeoutError::Timeout) => {}
        }
        if let Some(status) = child.try_wait()? {
            // It may have answered with its last breath.
            return posted.try_recv().map_err(|_| anyhow!("it ended before it answered: {status}"));
        }
    }
    bail!("no answer in {} s", PATIENCE.as_secs())
}

/// The name of the error: of the event, or of settings that it cannot do without.
fn named((path, body): &Posted) -> anyhow::Result<String> {
    ensure!(path.ends_with("/error"), "it took an event that it cannot know: {path}");
    let error: Value = serde_json::from_slice(body).context("its error is no JSON")?;
    let name = error["errorType"].as_str().unwrap_or_default();
    ensure!(!name.is_empty() && !name.contains("::") && name != "Panic", "its error has no name: {error}");
    Ok(name.to_owned())
}

/// Answers what one connection asks; after the one event it waits for the next for ever, as Lambda does.
fn serve(stream: TcpStream, posts: &Sender<Posted>) -> Option<()> {
    let mut writer = stream.try_clone().ok()?;
    let mut reader = BufReader::new(stream);
    loop {
        let (head, body) = request(&mut reader)?;
        let path = head.split(' ').nth(1)?.to_owned();
        if head.starts_with("GET ") {
            let length = EVENT.len();
            let next = format!(
                "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: smoke\r\nLambda-Runtime-Deadline-Ms: 4102444800000\r\n\
                 Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:eu-west-1:111122223333:function:smoke\r\n\
                 Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{EVENT}"
            );
            writer.write_all(next.as_bytes()).ok()?;
        } else {
            writer.write_all(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n").ok()?;
            posts.send((path, body)).ok()?;
        }
    }
}

/// The first line of a request, and its body.
fn request(reader: &mut BufReader<TcpStream>) -> Option<(String, Vec<u8>)> {
    let mut head = String::new();
    let mut length = 0;
    reader.read_line(&mut head).ok().filter(|read| *read > 0)?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        if line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((head, body))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(path: &str, body: &str) -> anyhow::Result<String> {
        named(&(path.to_owned(), body.as_bytes().to_vec()))
    }

    #[test]
    fn only_an_error_with_a_name_is_an_answer() {
        let path = "/2018-06-01/runtime/invocation/smoke/error";
        assert_eq!(said(path, r#"{"errorType": "InvalidEvent"}"#).unwrap(), "InvalidEvent");
        assert!(said(path, r#"{"errorType": "core::fmt::Error"}"#).is_err(), "the name of a type of Rust");
        assert!(said(path, r#"{"errorMessage": "x"}"#).is_err() && said(path, "x").is_err());
        assert!(said("/2018-06-01/runtime/invocation/smoke/response", r#"{"errorType": "x"}"#).is_err());
    }

    #[test]
    fn a_connection_hands_out_the_event_and_keeps_what_is_posted() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (posts, posted) = mpsc::channel();
        let (server, _) = listener.accept().unwrap();
        let serving = thread::spawn(move || serve(server, &posts));
        stream.write_all(b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n").unwrap();
        stream.write_all(b"POST /x/error HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}").unwrap();
        assert_eq!(posted.recv().unwrap(), ("/x/error".to_owned(), b"{}".to_vec()));
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut heard = String::new();
        stream.read_to_string(&mut heard).unwrap();
        assert!(heard.contains(EVENT) && heard.contains("Aws-Request-Id: smoke"), "{heard}");
        assert_eq!(serving.join().unwrap(), None);
    }
}
