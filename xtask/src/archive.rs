//! The zip file Lambda takes. cargo-lambda can write one, but with the binary's time of build and the builder's umask
//! in it; Terraform then sees a change where there is none. Here the same binary gives the same bytes.

use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// An archive with `binary` as its only entry, under the name the Lambda runtime starts.
pub(crate) fn of_bootstrap(binary: &[u8]) -> anyhow::Result<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        // The first moment the format can name: 1980-01-01.
        .last_modified_time(DateTime::default())
        .unix_permissions(0o755);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("bootstrap", options)?;
    zip.write_all(binary)?;
    Ok(zip.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use zip::ZipArchive;

    use super::*;
    use crate::digest::sha256;

    // Compressible, and long enough that a matcher which depends on the processor would show.
    fn binary() -> Vec<u8> {
        (0..200_000_u32).flat_map(|n| (n.wrapping_mul(2_654_435_761) >> (n % 13 + 15)).to_le_bytes()).collect()
    }

    #[test]
    fn the_archive_holds_an_executable_bootstrap_and_no_time() {
        let mut zip = ZipArchive::new(Cursor::new(of_bootstrap(&binary()).unwrap())).unwrap();
        assert_eq!(zip.len(), 1);
        let mut entry = zip.by_index(0).unwrap();
        assert_eq!(entry.name().unwrap(), "bootstrap");
        assert_eq!(entry.unix_mode(), Some(0o100_755));
        assert_eq!(entry.last_modified(), Some(DateTime::default()));
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        assert_eq!(content, binary());
    }

    #[test]
    fn the_same_binary_gives_the_same_bytes_on_every_machine() {
        let digest = sha256(of_bootstrap(&binary()).unwrap());
        assert_eq!(
            digest, "08f8c40103e2f4a7a567c8671293ba041ac590fa5e9d0a5cf1544ec6523c7b7a",
            "a new version of zip or flate2 may change this once; then put the new value here"
        );
    }
}
