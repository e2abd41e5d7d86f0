//! Where things lie in the checkout.

use std::path::{Path, PathBuf};

/// The root of the repository.
pub fn root() -> &'static Path {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest)
}

/// The sample events of `function`, by name.
pub fn events(function: &str) -> std::io::Result<Vec<PathBuf>> {
    let mut events: Vec<_> = std::fs::read_dir(root().join("events").join(function))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    events.sort();
    Ok(events)
}
