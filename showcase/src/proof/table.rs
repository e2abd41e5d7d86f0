//! What was shown, as rows of the table of `docs/proof.md`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Matrix;

/// The rows of `matrices`, each with the words for the world it was run in.
pub fn rows(matrices: &[(&str, Matrix)]) -> String {
    let mut text = String::new();
    for (world, matrix) in matrices {
        let wrong = matrix.trials.iter().filter(|trial| !trial.wrong.is_empty()).count();
        let mut faults = BTreeMap::new();
        for trial in &matrix.trials {
            *faults.entry(format!("{:?}", trial.fault)).or_insert(0) += 1;
        }
        let _ = writeln!(
            text,
            "| {} | {world} | {} | {} | {} | {} | {wrong} |",
            matrix.name,
            matrix.calls.len(),
            faults.len(),
            matrix.trials.len(),
            matrix.trials.len() - wrong,
        );
    }
    text
}
