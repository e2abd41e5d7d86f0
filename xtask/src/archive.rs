//! The zip file Lambda takes, and the archives of a release. cargo-lambda can write the first, but with the binary's time
//! of build and the builder's umask in it; Terraform then sees a change where there is none. Here the same files give the
//! same bytes, in whatever order they are handed over.

use std::io::{Cursor, Write as _};
use std::path::Path;

use flate2::{Compression, GzBuilder};
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

/// One file of an archive.
#[derive(Debug)]
pub(crate) struct Entry {
    name: String,
    content: Vec<u8>,
    mode: u32,
}

impl Entry {
    pub(crate) fn file(name: String, content: Vec<u8>) -> Self {
        Self { name, content, mode: 0o644 }
    }

    pub(crate) fn program(name: String, content: Vec<u8>) -> Self {
        Self { name, content, mode: 0o755 }
    }
}

/// By name: a folder is listed in whatever order its file system has it.
fn sorted(entries: &[Entry]) -> Vec<&Entry> {
    let mut entries: Vec<_> = entries.iter().collect();
    entries.sort_by(|one, other| one.name.cmp(&other.name));
    entries
}

/// A zip file. What is packed already is only stored.
pub(crate) fn of_files(entries: &[Entry]) -> anyhow::Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for entry in sorted(entries) {
        let packed = Path::new(&entry.name).extension().is_some_and(|extension| extension == "zip");
        let method = if packed { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        let options = SimpleFileOptions::default().last_modified_time(DateTime::default()).unix_permissions(entry.mode);
        zip.start_file(&entry.name, options.compression_method(method))?;
        zip.write_all(&entry.content)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// A `.tar.gz`. Everything is of 1970-01-01 and root's.
pub(crate) fn tarball(entries: &[Entry]) -> anyhow::Result<Vec<u8>> {
    let mut tar = tar::Builder::new(GzBuilder::new().write(Vec::new(), Compression::best()));
    for entry in sorted(entries) {
        let mut header = tar::Header::new_gnu();
        header.set_size(entry.content.len().try_into()?);
        header.set_mode(entry.mode);
        header.set_mtime(0);
        tar.append_data(&mut header, &entry.name, entry.content.as_slice())?;
    }
    Ok(tar.into_inner()?.finish()?)
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

    fn entries() -> Vec<Entry> {
        vec![Entry::program("x/run".to_owned(), binary()), Entry::file("x/inner.zip".to_owned(), b"zip".to_vec())]
    }

    #[test]
    fn the_order_of_files_and_the_machine_are_not_in_an_archive() {
        let mut turned = entries();
        turned.reverse();
        assert_eq!(of_files(&entries()).unwrap(), of_files(&turned).unwrap());
        assert_eq!(tarball(&entries()).unwrap(), tarball(&turned).unwrap());
        let digests = [of_files(&entries()).unwrap(), tarball(&entries()).unwrap()].map(sha256);
        assert_eq!(
            digests,
            [
                "e0c5351c061e387f2467f21ea932de218828071f165dfa43daea7b8f4c35eb37",
                "d245cdf82b3154f235aac71ab24cb4fb41c09b669113771f0a0e15839c5b646d"
            ],
            "a new version of zip, tar or flate2 may change these once; then put the new values here"
        );
    }

    #[test]
    fn a_tarball_keeps_what_may_be_started() {
        let packed = tarball(&entries()).unwrap();
        let mut tar = tar::Archive::new(flate2::read::GzDecoder::new(packed.as_slice()));
        let read = |entry: std::io::Result<tar::Entry<'_, _>>| {
            let entry = entry.unwrap();
            let header = entry.header();
            (entry.path().unwrap().display().to_string(), header.mode().unwrap(), header.mtime().unwrap())
        };
        let read: Vec<_> = tar.entries().unwrap().map(read).collect();
        assert_eq!(read, [("x/inner.zip".to_owned(), 0o644, 0), ("x/run".to_owned(), 0o755, 0)]);
    }
}
