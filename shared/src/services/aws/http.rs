//! The HTTP client every SDK client shares. The SDK's default one reads each file of the system's certificate folder at
//! start, which costs a cold start more than everything else together; a function carries its roots instead.

use std::path::{Path, PathBuf};

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{self, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{HttpClient, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::reach::Reach;

/// The roots of Amazon Trust Services, under which all of AWS's endpoints are (AWS, "Preparing for AWS's move to its own
/// certificate authority"). A function talks to nothing else, and each further root would cost every cold start and could
/// vouch for a false AWS. Files of their own: to look for them among Mozilla's takes longer than to use them.
const OF_AWS: [&[u8]; 5] = [
    include_bytes!("roots/amazon-root-ca-1.der"),
    include_bytes!("roots/amazon-root-ca-2.der"),
    include_bytes!("roots/amazon-root-ca-3.der"),
    include_bytes!("roots/amazon-root-ca-4.der"),
    include_bytes!("roots/starfield-services-root-certificate-authority-g2.der"),
];

/// Whom to believe about a server's name.
#[derive(Debug, Clone)]
pub enum Roots {
    /// The roots of AWS's own certificate authority, compiled in: for functions, which talk to AWS only.
    CompiledIn,
    /// All of Mozilla's roots, compiled in: for functions in China, whose endpoints Amazon's authority is not said to cover.
    Mozilla,
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
    #[error("AWS_CA_BUNDLE names '{}', which holds no PEM certificate, or a damaged one; correct or unset it", path.display())]
    NoCertificate { path: PathBuf },
    #[error("the TLS trust store cannot be built")]
    Invalid(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// `tries`: how often a connection is tried, where a person waits.
pub(super) fn client(roots: &Roots, tries: Option<u32>) -> Result<SharedHttpClient, TrustFault> {
    let context = context(roots)?;
    let client = aws_smithy_http_client::Builder::new().build_with_connector_fn(move |settings, components| {
        let mut builder = Connector::builder();
        builder.set_connector_settings(settings.cloned());
        builder.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        // As the AWS command line does: HTTPS_PROXY, HTTP_PROXY and NO_PROXY.
        let builder = builder.proxy_config(ProxyConfig::from_env());
        builder.tls_provider(tls::Provider::Rustls(CryptoMode::Ring)).tls_context(context.clone()).build()
    });
    Ok(SharedHttpClient::new(AtFirstCall(client, Reach::new(tries))))
}

/// A connector by itself, for what is not AWS.
pub(super) fn connector(roots: &Roots, settings: HttpConnectorSettings) -> Result<Connector, TrustFault> {
    let builder = Connector::builder().connector_settings(settings).proxy_config(ProxyConfig::from_env());
    Ok(builder.tls_provider(tls::Provider::Rustls(CryptoMode::Ring)).tls_context(context(roots)?).build())
}

fn context(roots: &Roots) -> Result<TlsContext, TrustFault> {
    let store = match roots {
        Roots::CompiledIn => compiled_in(OF_AWS),
        Roots::Mozilla => compiled_in(webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().map(AsRef::as_ref)),
        Roots::System => TrustStore::default(),
        Roots::File(path) => TrustStore::empty().with_pem_certificate(certificates(path)?),
    };
    TlsContext::builder().with_trust_store(store).build().map_err(|error| TrustFault::Invalid(error.into()))
}

/// Makes its connector when the first call needs it. The client within makes one whenever an SDK client is built, to warm
/// up, and drops it again, at the cost of a cold start.
#[derive(Debug)]
struct AtFirstCall(SharedHttpClient, Reach);

impl HttpClient for AtFirstCall {
    // Warming up is `validate_base_client_config`: not passed on, and the trait's own does nothing.

    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        self.1.watch(self.0.http_connector(settings, components))
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.0.connector_metadata()
    }
}

/// The certificates of a bundle, looked at before the TLS library does: that one ends the process over a damaged one.
fn certificates(path: &Path) -> Result<String, TrustFault> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    let text =
        std::fs::read_to_string(path).map_err(|source| TrustFault::Unreadable { path: path.to_owned(), source })?;
    let damaged = || TrustFault::NoCertificate { path: path.to_owned() };
    let mut pem = String::new();
    for section in text.split(BEGIN).skip(1) {
        let (body, _) = section.split_once(END).ok_or_else(damaged)?;
        let body: String = body.split_whitespace().collect();
        let der = STANDARD.decode(&body).map_err(|_| damaged())?;
        push_pem(&mut pem, &der);
    }
    if pem.is_empty() { Err(damaged()) } else { Ok(pem) }
}

fn push_pem(pem: &mut String, der: &[u8]) {
    pem.push_str("-----BEGIN CERTIFICATE-----\n");
    STANDARD.encode_string(der, pem);
    pem.push_str("\n-----END CERTIFICATE-----\n");
}

fn compiled_in<'a>(roots: impl IntoIterator<Item = &'a [u8]>) -> TrustStore {
    let mut pem = String::new();
    for root in roots {
        push_pem(&mut pem, root);
    }
    TrustStore::empty().with_pem_certificate(pem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compiled_in_roots_and_the_system_ones_both_make_a_client() {
        assert!(client(&Roots::CompiledIn, None).is_ok());
        assert!(client(&Roots::Mozilla, None).is_ok());
        assert!(client(&Roots::System, None).is_ok());
    }

    #[test]
    fn the_roots_of_aws_are_among_mozillas() {
        for root in OF_AWS {
            assert!(webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().any(|mozilla| **mozilla == *root));
        }
    }

    #[test]
    fn a_damaged_bundle_is_a_fault_and_not_the_end_of_the_process() {
        let folder = std::env::temp_dir().join(format!("nightshift-bundle-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("bundle.pem");
        for text in [
            "",
            "hello",
            "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n",
            "-----BEGIN CERTIFICATE-----\nAAAA",
        ] {
            std::fs::write(&path, text).unwrap();
            assert!(
                matches!(client(&Roots::File(path.clone()), None), Err(TrustFault::NoCertificate { .. })),
                "{text:?}"
            );
        }
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_bundle_that_is_not_there_is_named() {
        let error = client(&Roots::File("/no/such.pem".into()), None).unwrap_err();
        assert_eq!(error.to_string(), "AWS_CA_BUNDLE names '/no/such.pem', which cannot be read; correct or unset it");
    }
}
