//! What is said, and done, where nobody answers. The SDK only says that dispatching failed, and tries a host that is not there
//! as often as one that is busy: a person who misspelt a Region would look at a silent screen for a minute.

use std::collections::BTreeMap;
use std::error::Error;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;

use super::unanswered::{Unreachable, deepest};

/// How often a connection to each host failed since it was last had.
#[derive(Debug, Clone)]
pub(super) struct Reach {
    /// After so many failures in a row the SDK is not let try again. Nothing was sent, so nothing can have happened.
    most: Option<u32>,
    lost: Arc<Mutex<BTreeMap<String, u32>>>,
}

impl Reach {
    /// `most`: how often a connection is tried; as often as the SDK likes where nobody waits.
    pub(super) fn new(most: Option<u32>) -> Self {
        Self { most, lost: Arc::default() }
    }

    /// The same connector, its failures told by `self`.
    pub(super) fn watch(&self, connector: SharedHttpConnector) -> SharedHttpConnector {
        SharedHttpConnector::new(Watched { connector, reach: self.clone() })
    }

    fn had(&self, host: &str) {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner).remove(host);
    }

    /// What the SDK is told of `error`: the same, with the host's name, and that it is final where it is.
    fn lost(&self, host: &str, error: ConnectorError) -> ConnectorError {
        if !never_connected(&error) {
            return error;
        }
        let mut lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        let tries = lost.entry(host.to_owned()).or_default();
        *tries += 1;
        let told = Unreachable { host: host.to_owned(), tries: *tries, said: deepest(&error) };
        if self.most.is_some_and(|most| *tries >= most) {
            ConnectorError::other(told.into(), None)
        } else {
            ConnectorError::io(told.into())
        }
    }
}

#[derive(Debug)]
struct Watched {
    connector: SharedHttpConnector,
    reach: Reach,
}

impl HttpConnector for Watched {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (host, reach) = (origin(request.uri()).to_owned(), self.reach.clone());
        let answer = self.connector.call(request);
        HttpConnectorFuture::new(async move {
            match answer.await {
                Ok(answer) => {
                    reach.had(&host);
                    Ok(answer)
                }
                Err(error) => Err(reach.lost(&host, error)),
            }
        })
    }
}

/// Scheme, host and port: the path and what may be in it is nobody's business.
fn origin(uri: &str) -> &str {
    let host = uri.find("://").map_or(0, |at| at + 3);
    let end = uri[host..].find(['/', '?', '#']).map_or(uri.len(), |at| host + at);
    &uri[..end]
}

/// Whether not one byte of the request can have gone out. The connector says it in words and kinds alone.
fn never_connected(error: &ConnectorError) -> bool {
    const WORDS: [&str; 4] = ["(Connect)", "dns error", "HTTP connect", "tunnel"];
    const KINDS: [io::ErrorKind; 4] = [
        io::ErrorKind::ConnectionRefused,
        io::ErrorKind::HostUnreachable,
        io::ErrorKind::NetworkUnreachable,
        io::ErrorKind::AddrNotAvailable,
    ];
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        let said = error.to_string();
        let refused = error.downcast_ref::<io::Error>().is_some_and(|error| KINDS.contains(&error.kind()));
        if refused || WORDS.iter().any(|word| said.contains(word)) {
            return true;
        }
        cause = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused() -> ConnectorError {
        ConnectorError::io(io::Error::from(io::ErrorKind::ConnectionRefused).into())
    }

    #[test]
    fn the_second_try_is_the_last_for_a_person_and_a_function_goes_on() {
        let person = Reach::new(Some(2));
        assert!(person.lost("https://a", refused()).is_io(), "the first is tried again");
        let last = person.lost("https://a", refused());
        assert!(last.is_other() && last.as_other().is_none(), "the second is not");
        assert_eq!(deepest(&last), "no connection to https://a in 2 tries: connection refused");
        assert!(person.lost("https://b", refused()).is_io(), "another host has its own");
        person.had("https://a");
        assert!(person.lost("https://a", refused()).is_io(), "and begins anew once it was there");
        let function = Reach::new(None);
        assert!((0..9).all(|_| function.lost("https://a", refused()).is_io()));
    }

    #[test]
    fn what_may_have_been_sent_is_left_to_the_sdk() {
        for kind in [io::ErrorKind::ConnectionReset, io::ErrorKind::BrokenPipe, io::ErrorKind::UnexpectedEof] {
            let reach = Reach::new(Some(1));
            let error = reach.lost("https://a", ConnectorError::io(io::Error::from(kind).into()));
            assert!(error.is_io() && !deepest(&error).contains("https://a"), "{error:?}");
        }
    }

    #[test]
    fn an_origin_has_no_path() {
        for (uri, expected) in [
            ("https://rds.eu-west-1.amazonaws.com/?x", "https://rds.eu-west-1.amazonaws.com"),
            ("http://127.0.0.1:9", "http://127.0.0.1:9"),
            ("http://[::1]:4566/a/b", "http://[::1]:4566"),
            ("nothing/else", "nothing"),
        ] {
            assert_eq!(origin(uri), expected);
        }
    }
}
