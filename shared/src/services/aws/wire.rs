//! For tests: somebody who answers as AWS's JSON services do, in an order that is given, and remembers what was asked.

use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::Aws;

/// See the module.
#[derive(Debug)]
pub(crate) struct Wire {
    /// The way there.
    pub aws: Aws,
    asked: Arc<Mutex<Vec<Value>>>,
}

impl Wire {
    /// Answers with these, one a call: a status and a body.
    pub(crate) async fn of(answers: &[(u16, Value)]) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let aws = Aws::at(&format!("http://{}", listener.local_addr().unwrap()));
        let asked = Arc::<Mutex<Vec<Value>>>::default();
        let (answers, kept) = (answers.to_vec(), Arc::clone(&asked));
        tokio::spawn(async move {
            for (status, answer) in answers {
                let (mut stream, _) = listener.accept().await.unwrap();
                let asked = body(&mut stream).await;
                kept.lock().unwrap().push(asked);
                let answer = answer.to_string();
                let head =
                    format!("HTTP/1.1 {status} X\r\ncontent-type: application/x-amz-json-1.0\r\nconnection: close");
                let whole = format!("{head}\r\ncontent-length: {}\r\n\r\n{answer}", answer.len());
                stream.write_all(whole.as_bytes()).await.unwrap();
                let _ = stream.shutdown().await;
            }
        });
        Self { aws, asked }
    }

    /// The bodies that came, in their order.
    pub(crate) fn asked(&self) -> Vec<Value> {
        self.asked.lock().unwrap().clone()
    }
}

async fn body(stream: &mut TcpStream) -> Value {
    let (mut request, mut part) = (Vec::new(), [0; 4_096]);
    loop {
        let text = String::from_utf8_lossy(&request).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
            });
            if body.len() >= length.unwrap_or_default() {
                return serde_json::from_str(body).unwrap_or_default();
            }
        }
        match stream.read(&mut part).await {
            Ok(read) if read > 0 => request.extend_from_slice(&part[..read]),
            _ => return Value::Null,
        }
    }
}
