//! The HTTP client every SDK client shares. The SDK's default one reads each file of the system's certificate folder at
//! start, which costs a cold start more than everything else together; a function carries its roots instead.

use std::path::{Path, PathBuf};

use aws_smithy_http_client::tls::{self, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Whom to believe about a server's name.
#[derive(Debug, Clone)]
pub enum Roots {
    /// Mozilla's roots, compiled in: for functions, which talk to AWS only.
    CompiledIn,
    /// The machine's own: for the command line, which may sit behind a company's proxy.
    System,
    /// A PEM file, as `AWS_CA_BUNDLE` names one.
    File(PathBuf),
}

/// Why a trust store could not be had.
#[derive(Debug, thiserror::Error)]
pub(super) enum TrustFault {
    #[error("AWS_CA_BUNDLE names '{}', which cannot be read; correct or unset it", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("the TLS trust store cannot be built")]
    Invalid(#[source] Box<dyn std::error::Error + Send + Sync>),
}

pub(super) fn client(roots: &Roots) -> Result<SharedHttpClient, TrustFault> {
    let store = match roots {
        Roots::CompiledIn => compiled_in(),
        Roots::System => TrustStore::default(),
        Roots::File(path) => TrustStore::empty().with_pem_certificate(read(path)?),
    };
    let context =
        TlsContext::builder().with_trust_store(store).build().map_err(|error| TrustFault::Invalid(error.into()))?;
    Ok(aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(CryptoMode::Ring))
        .tls_context(context)
        .build_https())
}

fn read(path: &Path) -> Result<Vec<u8>, TrustFault> {
    std::fs::read(path).map_err(|source| TrustFault::Unreadable { path: path.to_owned(), source })
}

fn compiled_in() -> TrustStore {
    let mut pem = String::new();
    for root in webpki_root_certs::TLS_SERVER_ROOT_CERTS {
        pem.push_str("-----BEGIN CERTIFICATE-----\n");
        STANDARD.encode_string(root, &mut pem);
        pem.push_str("\n-----END CERTIFICATE-----\n");
    }
    TrustStore::empty().with_pem_certificate(pem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compiled_in_roots_and_the_system_ones_both_make_a_client() {
        assert!(client(&Roots::CompiledIn).is_ok());
        assert!(client(&Roots::System).is_ok());
    }

    #[test]
    fn a_bundle_that_is_not_there_is_named() {
        let error = client(&Roots::File("/no/such.pem".into())).unwrap_err();
        assert_eq!(error.to_string(), "AWS_CA_BUNDLE names '/no/such.pem', which cannot be read; correct or unset it");
    }
}
