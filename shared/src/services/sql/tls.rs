//! Whom to believe about a database server's name: the certificate authorities of RDS, compiled in, or a file's.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::crypto::ring::{self, kx_group};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

/// The roots of Amazon RDS in all Regions.
const OF_RDS: &[u8] = include_bytes!("rds-roots.pem");

/// See the module.
#[derive(Debug, Clone)]
pub enum Authorities {
    /// Those of RDS.
    Rds,
    /// Those of a PEM file, and no others.
    File(PathBuf),
    /// Those of a PEM file that is not the operator's to mend, such as a machine's own: what cannot be used is left out.
    Known(PathBuf),
}

/// Whom to believe, as each driver wants it.
#[derive(Clone)]
pub struct Trust {
    /// Ready to connect with.
    pub client: ClientConfig,
    /// The certificates themselves.
    pub pem: Vec<u8>,
}

impl std::fmt::Debug for Trust {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trust").field("pem", &self.pem.len()).finish_non_exhaustive()
    }
}

/// Why there is nobody to believe.
#[derive(Debug, thiserror::Error)]
pub enum TlsFault {
    /// The file is not to be read.
    #[error("NIGHTSHIFT_DB_CA_FILE names '{}', which cannot be read; correct or unset it", path.display())]
    Unreadable {
        /// Its path.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// There is no certificate in it, or a damaged one.
    #[error("NIGHTSHIFT_DB_CA_FILE names '{}', which holds no certificate that can be used; correct or unset it", path.display())]
    NoCertificate {
        /// Its path.
        path: PathBuf,
    },
    /// The library did not take it.
    #[error("TLS cannot be set up")]
    Invalid(#[from] rustls::Error),
}

impl Authorities {
    /// The client's side of TLS under these authorities.
    pub fn client(&self) -> Result<ClientConfig, TlsFault> {
        self.trust().map(|trust| trust.client)
    }

    /// All there is to know about them.
    pub fn trust(&self) -> Result<Trust, TlsFault> {
        let pem = match self {
            Self::Rds => OF_RDS.to_vec(),
            Self::File(path) | Self::Known(path) => {
                std::fs::read(path).map_err(|source| TlsFault::Unreadable { path: path.clone(), source })?
            }
        };
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            let added = certificate.ok().is_some_and(|certificate| roots.add(certificate).is_ok());
            if !added && !matches!(self, Self::Known(_)) {
                return Err(self.no_certificate());
            }
        }
        if roots.is_empty() {
            return Err(self.no_certificate());
        }
        // PostgreSQL wants this group before version 18, and would ask for it in a round trip of its own.
        let kx_groups = vec![kx_group::SECP256R1, kx_group::X25519, kx_group::SECP384R1];
        let provider = CryptoProvider { kx_groups, ..ring::default_provider() };
        let client = ClientConfig::builder_with_provider(Arc::new(provider))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Trust { client, pem })
    }

    fn no_certificate(&self) -> TlsFault {
        let path = match self {
            Self::Rds => Path::new("the compiled-in roots"),
            Self::File(path) | Self::Known(path) => path,
        };
        TlsFault::NoCertificate { path: path.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_root_of_rds_is_one_the_library_takes() {
        assert!(Authorities::Rds.client().is_ok());
        assert_eq!(CertificateDer::pem_slice_iter(OF_RDS).count(), 87);
    }

    #[test]
    fn a_file_without_certificates_is_a_fault_that_names_it() {
        let folder = std::env::temp_dir().join(format!("nightshift-ca-{}", std::process::id()));
        std::fs::write(&folder, "no certificate").unwrap();
        let fault = Authorities::File(folder.clone()).client().unwrap_err();
        assert!(matches!(fault, TlsFault::NoCertificate { .. }) && fault.to_string().contains("holds no certificate"));
        // One that cannot be used beside all of RDS: the operator hears of theirs, and a machine's is read as far as it goes.
        let damaged = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        std::fs::write(&folder, [OF_RDS, damaged].concat()).unwrap();
        assert!(Authorities::File(folder.clone()).client().is_err());
        assert!(Authorities::Known(folder.clone()).client().is_ok());
        std::fs::write(&folder, damaged).unwrap();
        assert!(Authorities::Known(folder.clone()).client().is_err(), "nobody to believe");
        std::fs::remove_file(&folder).unwrap();
        assert!(matches!(Authorities::File(folder).client(), Err(TlsFault::Unreadable { .. })));
    }
}
