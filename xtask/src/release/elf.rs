//! What an executable says of itself: the version of glibc it needs, and the crates it was linked from, as
//! `cargo auditable` writes them into it.

use std::fmt;
use std::io::Read as _;

use anyhow::{Context as _, bail, ensure};
use flate2::read::ZlibDecoder;
use object::Endianness;
use object::elf::FileHeader64;
use object::read::elf::{FileHeader as _, SectionHeader as _, SectionTable};
use serde_json::Value;

/// Where `cargo auditable` keeps its list.
const AUDIT: &[u8] = b".dep-v0";

/// A version of glibc; the later is the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Glibc {
    pub(super) major: u32,
    pub(super) minor: u32,
}

impl fmt::Display for Glibc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// Name and version of a crate.
pub(super) type Crate = (String, String);

/// The newest version of glibc that a symbol of it asks for; none where it is linked without.
pub(super) fn glibc(binary: &[u8]) -> anyhow::Result<Option<Glibc>> {
    let (sections, endian) = sections(binary)?;
    let Some((mut libraries, link)) = sections.gnu_verneed(endian, binary)? else { return Ok(None) };
    let strings = sections.strings(endian, binary, link)?;
    let mut asked = Vec::new();
    while let Some((_, mut versions)) = libraries.next()? {
        while let Some(version) = versions.next()? {
            asked.push(String::from_utf8_lossy(version.name(endian, strings)?).into_owned());
        }
    }
    newest(asked.iter().map(String::as_str))
}

/// The crates it says it was built from.
pub(super) fn crates(binary: &[u8]) -> anyhow::Result<Vec<Crate>> {
    let (sections, endian) = sections(binary)?;
    let (_, section) = sections.section_by_name(endian, AUDIT).context("it has no list of its crates")?;
    let mut list = String::new();
    let packed = section.data(endian, binary)?;
    ZlibDecoder::new(packed).read_to_string(&mut list).context("its list of crates cannot be unpacked")?;
    listed(&serde_json::from_str(&list).context("its list of crates is no JSON")?)
}

fn sections(binary: &[u8]) -> anyhow::Result<(SectionTable<'_, FileHeader64<Endianness>>, Endianness)> {
    let header = FileHeader64::<Endianness>::parse(binary).context("it is no executable for 64 bits")?;
    let endian = header.endian()?;
    Ok((header.sections(endian, binary)?, endian))
}

fn newest<'v>(asked: impl Iterator<Item = &'v str>) -> anyhow::Result<Option<Glibc>> {
    let mut newest = None;
    for name in asked.filter_map(|name| name.strip_prefix("GLIBC_")) {
        let numbers: Vec<u32> = name.split('.').map(|part| part.parse().unwrap_or(u32::MAX)).collect();
        // GLIBC_2.2.5 is a version, too. What is none (GLIBC_PRIVATE, GLIBC_ABI_…) is more than anybody promised.
        let [major, minor, ..] = numbers[..] else { bail!("it asks for GLIBC_{name}") };
        ensure!(major != u32::MAX && minor != u32::MAX, "it asks for GLIBC_{name}");
        newest = newest.max(Some(Glibc { major, minor }));
    }
    Ok(newest)
}

fn listed(list: &Value) -> anyhow::Result<Vec<Crate>> {
    let packages = list["packages"].as_array().context("its list of crates has no packages")?;
    let text = |package: &Value, key: &str| package[key].as_str().map(str::to_owned);
    let of = |package| Some((text(package, "name")?, text(package, "version")?));
    packages.iter().map(|package| of(package).context("a crate of its list has no name or version")).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        let of =
            |names: &[&str]| newest(names.iter().copied()).map(|version| version.map(|version| version.to_string()));
        assert_eq!(of(&["GLIBC_2.9", "GLIBC_2.28", "GLIBC_2.2.5", "GCC_4.2.0"]).unwrap().as_deref(), Some("2.28"));
        assert_eq!(of(&["GCC_4.2.0"]).unwrap(), None);
        assert!(of(&["GLIBC_PRIVATE"]).is_err() && of(&["GLIBC_ABI_DT_RELR"]).is_err());
        assert!(Glibc { major: 2, minor: 34 } > Glibc { major: 2, minor: 28 });
    }

    #[test]
    fn this_very_test_says_what_it_needs() {
        let own = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let needed = glibc(&own).unwrap();
        assert_eq!(needed.is_some(), cfg!(target_env = "gnu"), "{needed:?}");
        let said = crates(&own).unwrap_err().to_string();
        assert_eq!(said, "it has no list of its crates", "no `cargo auditable` built it");
        assert!(glibc(b"#!/bin/sh").is_err());
    }

    #[test]
    fn a_list_of_crates_is_read_whole_or_not_at_all() {
        let list = json!({"packages": [{"name": "a", "version": "1.0.0", "source": "local"}]});
        assert_eq!(listed(&list).unwrap(), [("a".to_owned(), "1.0.0".to_owned())]);
        assert!(listed(&json!({"packages": [{"name": "a"}]})).is_err());
        assert!(listed(&json!({})).is_err());
    }
}
