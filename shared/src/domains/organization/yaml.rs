//! JSON as YAML: block style, every text in double quotes, so that no reader takes `no` for a lie or an account's id for a
//! number.

use std::fmt::Write as _;

use serde_json::Value;

/// One document.
pub fn yaml(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Array(items) if !items.is_empty() => list(items, 0, &mut out),
        Value::Object(fields) if !fields.is_empty() => map(fields, 0, &mut out),
        other => {
            out.push_str(&scalar(other));
            out.push('\n');
        }
    }
    out
}

fn map(fields: &serde_json::Map<String, Value>, depth: usize, out: &mut String) {
    for (place, (key, value)) in fields.iter().enumerate() {
        // The first field of a list's item stands on the line of its dash.
        if place > 0 || !out.ends_with("- ") {
            indent(depth, out);
        }
        let _ = write!(out, "{}:", key_of(key));
        below(value, depth, out);
    }
}

fn list(items: &[Value], depth: usize, out: &mut String) {
    for (place, item) in items.iter().enumerate() {
        if place > 0 || !out.ends_with("- ") {
            indent(depth, out);
        }
        out.push_str("- ");
        match item {
            Value::Object(fields) if !fields.is_empty() => map(fields, depth + 1, out),
            Value::Array(items) if !items.is_empty() => list(items, depth + 1, out),
            other => {
                out.push_str(&scalar(other));
                out.push('\n');
            }
        }
    }
}

/// What stands behind a key.
fn below(value: &Value, depth: usize, out: &mut String) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            out.push('\n');
            map(fields, depth + 1, out);
        }
        Value::Array(items) if !items.is_empty() => {
            out.push('\n');
            list(items, depth + 1, out);
        }
        other => {
            let _ = writeln!(out, " {}", scalar(other));
        }
    }
}

fn indent(depth: usize, out: &mut String) {
    out.extend(std::iter::repeat_n("  ", depth));
}

/// Our own keys are plain words; a user's are quoted.
fn key_of(key: &str) -> String {
    let is_plain = key.starts_with(|c: char| c.is_ascii_lowercase())
        && key.chars().all(|c| c.is_ascii_lowercase() || c == '_')
        && !["y", "n", "yes", "no", "on", "off", "true", "false", "null"].contains(&key);
    if is_plain { key.to_owned() } else { quoted(key) }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        other => other.to_string(),
    }
}

/// YAML's double quotes read JSON's escapes, but want more characters escaped than JSON does.
fn quoted(text: &str) -> String {
    let json = Value::from(text).to_string();
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_are_quoted_and_everything_else_is_itself() {
        let value = json!({
            "id": "012345678901", "on": "no", "count": 3, "none": null, "empty": [], "nothing": {},
            "tags": { "Cost Center": "4\n2\u{85}", "owner": "a: b # c" },
            "list": [{ "a": 1, "b": [1, [2, 3], {}] }, "x"],
        });
        insta::assert_snapshot!(yaml(&value), @r#"
        count: 3
        empty: []
        id: "012345678901"
        list:
          - a: 1
            b:
              - 1
              - - 2
                - 3
              - {}
          - "x"
        none: null
        nothing: {}
        "on": "no"
        tags:
          "Cost Center": "4\n2\u0085"
          owner: "a: b # c"
        "#);
        assert_eq!(yaml(&json!([])), "[]\n");
    }
}
