//! Where things lie in the checkout.

use std::path::{Path, PathBuf};

/// The root of the repository.
pub fn root() -> &'static Path {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest)
}

/// Where cargo builds: `CARGO_TARGET_DIR`, or the usual folder.
#[expect(clippy::disallowed_methods, reason = "cargo's own variable, in a tool for development")]
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}

/// The sample events of `function`, by name; a schema that lies beside them is none.
pub fn events(function: &str) -> std::io::Result<Vec<PathBuf>> {
    let mut events: Vec<_> = std::fs::read_dir(root().join("events").join(function))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .filter(|path| !path.to_string_lossy().ends_with(".schema.json"))
        .collect();
    events.sort();
    Ok(events)
}
