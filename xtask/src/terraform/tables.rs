//! The tables of inputs and outputs in the README of each Terraform module, made from its `variables.tf` and
//! `outputs.tf` as `terraform fmt` leaves them. `check` compares, `terraform-docs` writes.

use std::fmt::Write as _;
use std::fs;

use anyhow::Context as _;

use super::{folder, modules};

const BEGIN: &str = "<!-- tables -->";
const END: &str = "<!-- /tables -->";

/// Writes the tables of every module into its README.
pub(crate) fn write() -> anyhow::Result<()> {
    // An environment is handed nothing and has no versions of its own: it has no tables.
    for module in modules(&folder()).into_iter().filter(|module| module.join("versions.tf").is_file()) {
        let readme = module.join("README.md");
        let page = fs::read_to_string(&readme).with_context(|| format!("could not read {}", readme.display()))?;
        let text = |name: &str| fs::read_to_string(module.join(name)).unwrap_or_default();
        let page = with_tables(&page, &text("variables.tf"), &text("outputs.tf"))
            .with_context(|| format!("{} has no line {BEGIN} with {END} below it", readme.display()))?;
        fs::write(&readme, page).with_context(|| format!("could not write {}", readme.display()))?;
    }
    Ok(())
}

/// `page` with the tables of these two files in the place for them; `None` if there is no place.
pub(crate) fn with_tables(page: &str, variables: &str, outputs: &str) -> Option<String> {
    let (before, rest) = page.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{}{END}{after}", tables(variables, outputs)))
}

fn tables(variables: &str, outputs: &str) -> String {
    let mut text = String::from("\n| input | type | default | what |\n|---|---|---|---|\n");
    for block in blocks(variables, "variable") {
        let default = block.value("default").map_or_else(|| "required".to_owned(), |default| code(&default));
        let kind = code(&block.value("type").unwrap_or_default());
        let _ = writeln!(text, "| `{}` | {kind} | {default} | {} |", block.name, block.description());
    }
    let outputs: Vec<_> = blocks(outputs, "output").collect();
    if !outputs.is_empty() {
        text.push_str("\n| output | what |\n|---|---|\n");
    }
    for block in outputs {
        let _ = writeln!(text, "| `{}` | {} |", block.name, block.description());
    }
    text.push('\n');
    text
}

/// One block at the left margin, with the lines inside.
struct Block<'a> {
    name: &'a str,
    lines: Vec<&'a str>,
}

fn blocks<'a>(text: &'a str, kind: &'a str) -> impl Iterator<Item = Block<'a>> {
    text.split("\n}").filter_map(move |part| {
        let (_, rest) = part.split_once(&format!("{kind} \""))?;
        let (name, body) = rest.split_once("\" {")?;
        Some(Block { name, lines: body.lines().filter(|line| !line.trim().is_empty()).collect() })
    })
}

impl Block<'_> {
    /// The value of an argument of the block itself, on one line.
    fn value(&self, argument: &str) -> Option<String> {
        let first = self.lines.iter().position(|line| {
            line.strip_prefix("  ")
                .is_some_and(|line| line.split('=').next().is_some_and(|name| name.trim() == argument))
        })?;
        let (_, value) = self.lines[first].split_once('=')?;
        let mut value = value.trim().to_owned();
        // What is indented further belongs to it, up to the bracket that closes it.
        for line in &self.lines[first + 1..] {
            let inside = line.starts_with("    ");
            if inside {
                let open = value.ends_with(['(', '{', '[']);
                value.push_str(if open { " " } else { ", " });
            } else if !line.trim_start().starts_with(['}', ']', ')']) {
                break;
            }
            let words = line.split_whitespace().collect::<Vec<_>>().join(" ");
            value.push_str(if inside { "" } else { " " });
            value.push_str(words.trim_end_matches(','));
            if !inside {
                break;
            }
        }
        Some(value)
    }

    fn description(&self) -> String {
        let text = self.value("description").unwrap_or_default();
        text.trim_matches('"').replace("\\\"", "\"").replace('|', "\\|")
    }
}

fn code(value: &str) -> String {
    format!("`{}`", value.replace('|', "\\|"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const VARIABLES: &str = r#"variable "async" {
  type = object({
    age     = optional(number, 3600)
    retries = optional(number, 2)
  })
  description = "How often a \"failed\" event | is repeated."
  default     = {}
  nullable    = false

  validation {
    condition     = var.async.retries < 3
    error_message = "no"
  }
}

variable "name" {
  type        = string
  description = "Name of it."
}
"#;

    #[test]
    fn a_table_says_type_default_and_purpose_of_each_input() {
        let outputs = "output \"arn\" {\n  description = \"ARN of it.\"\n  value       = x.arn\n}\n";
        let page = with_tables("# X\n\n<!-- tables -->\nold\n<!-- /tables -->\n", VARIABLES, outputs).unwrap();
        let expected = r#"# X

<!-- tables -->

| input | type | default | what |
|---|---|---|---|
| `async` | `object({ age = optional(number, 3600), retries = optional(number, 2) })` | `{}` | How often a "failed" event \| is repeated. |
| `name` | `string` | required | Name of it. |

| output | what |
|---|---|
| `arn` | ARN of it. |

<!-- /tables -->
"#;
        assert_eq!(page, expected);
    }

    #[test]
    fn a_page_without_a_place_for_them_gets_none() {
        assert_eq!(with_tables("# X\n", VARIABLES, ""), None);
    }
}
