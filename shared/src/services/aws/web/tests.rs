//! The client for webhooks, over real TLS: it believes the roots it was given and no others, and follows nobody.

use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::*;

/// A server on this machine that answers everything with `answer`; its port, and its certificate as PEM.
async fn server(answer: &'static str) -> (u16, String) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost".to_owned()]).expect("a server on this machine");
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).expect("a server on this machine");
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("a server on this machine")
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .expect("a server on this machine");
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a server on this machine");
    let port = listener.local_addr().expect("a server on this machine").port();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut request = [0; 4_096];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    (port, cert.pem())
}

#[tokio::test]
async fn it_believes_the_bundle_it_was_given_and_nothing_else() {
    let (port, pem) = server("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await;
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("bundle.pem");
    std::fs::write(&bundle, pem).unwrap();
    let url = format!("https://localhost:{port}/hook");

    let answer = WebClient::new(&Roots::File(bundle)).unwrap().post_json(&url, "{}".to_owned()).await.unwrap();
    assert_eq!((answer.status, answer.said().as_str()), (200, "ok"));
    for roots in [Roots::CompiledIn, Roots::Mozilla] {
        let fault = WebClient::new(&roots).unwrap().post_json(&url, "{}".to_owned()).await.unwrap_err();
        assert!(matches!(&fault, WebFault::Lost(said) if said.contains("certificate")), "{fault}");
        assert!(!fault.to_string().contains("hook"), "a webhook's URL is a secret: {fault}");
    }
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let (port, pem) = server("HTTP/1.1 302 Found\r\nlocation: https://localhost:1/\r\ncontent-length: 0\r\n\r\n").await;
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("bundle.pem");
    std::fs::write(&bundle, pem).unwrap();
    let client = WebClient::new(&Roots::File(bundle)).unwrap();
    let answer = client.post_json(&format!("https://localhost:{port}/"), "{}".to_owned()).await.unwrap();
    assert_eq!(answer.status, 302);
}

#[tokio::test]
async fn what_is_no_url_or_has_nobody_behind_it_is_said_so() {
    let client = WebClient::new(&Roots::Mozilla).unwrap();
    assert!(matches!(client.post_json("not a url", String::new()).await, Err(WebFault::Url)));
    assert!(matches!(client.post_json("http://127.0.0.1:1/", String::new()).await, Err(WebFault::Lost(_))));
}
