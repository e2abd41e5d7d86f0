//! The spellings of values: `true` and `"true"`, a list and a comma separated text, `null`, `""` and `"None"`.

use serde_json::Value;

use crate::run::event::{Fields, kind};
use crate::text::printable;

/// A text; `null`, the empty one and `None` in any case are nothing.
pub(super) fn text(fields: &mut Fields, key: &'static str) -> Option<String> {
    match fields.value(key)? {
        Value::String(text) if text.is_empty() || text.eq_ignore_ascii_case("none") => None,
        Value::String(text) => Some(text),
        other => fields.fault(format!("'{key}' must be a text, found {}", kind(&other))),
    }
}

/// A text that has to be there.
pub(super) fn needed(fields: &mut Fields, key: &'static str) -> String {
    match text(fields, key) {
        Some(text) => text,
        None => fields.fault(format!("'{key}' is missing")).unwrap_or_default(),
    }
}

/// `true`, `false`, or one of them as a text in any case.
pub(super) fn flag(fields: &mut Fields, key: &'static str) -> bool {
    match fields.value(key) {
        None => false,
        Some(Value::Bool(flag)) => flag,
        Some(Value::String(text)) if text.eq_ignore_ascii_case("true") => true,
        Some(Value::String(text))
            if text.eq_ignore_ascii_case("false") || text.eq_ignore_ascii_case("none") || text.is_empty() =>
        {
            false
        }
        Some(Value::String(text)) => {
            fields.fault(format!("'{key}' must be true or false, found '{}'", printable(&text))).unwrap_or_default()
        }
        Some(other) => {
            fields.fault(format!("'{key}' must be true or false, found {}", kind(&other))).unwrap_or_default()
        }
    }
}

/// A list of texts, or one text with commas. An empty entry is a fault: it is usually a lost value.
pub(super) fn list(fields: &mut Fields, key: &'static str) -> Option<Vec<String>> {
    let entries: Vec<String> = match fields.value(key)? {
        Value::String(text) if text.is_empty() || text.eq_ignore_ascii_case("none") => return None,
        Value::String(text) => text.split(',').map(|entry| entry.trim().to_owned()).collect(),
        Value::Array(entries) => {
            let texts: Option<Vec<_>> = entries.iter().map(|entry| entry.as_str().map(str::to_owned)).collect();
            match texts {
                Some(texts) => texts,
                None => return fields.fault(format!("'{key}' must hold only texts")),
            }
        }
        other => {
            return fields.fault(format!("'{key}' must be a list or a comma separated text, found {}", kind(&other)));
        }
    };
    if entries.iter().any(String::is_empty) {
        return fields.fault(format!("'{key}' has an empty entry"));
    }
    Some(entries)
}

/// A number from `least` to `most`, also as a text.
pub(super) fn number(fields: &mut Fields, key: &'static str, least: u32, most: u32) -> Option<u32> {
    let value = fields.value(key)?;
    let number = match &value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    match number.and_then(|number| u32::try_from(number).ok()).filter(|number| (least..=most).contains(number)) {
        Some(number) => Some(number),
        None => fields.fault(format!("'{key}' must be a whole number from {least} to {most}")),
    }
}

/// One of `choices`, in any case.
pub(super) fn choice<T: Copy>(fields: &mut Fields, key: &'static str, default: T, choices: &[(&'static str, T)]) -> T {
    let Some(text) = text(fields, key) else { return default };
    if let Some((_, value)) = choices.iter().find(|(name, _)| name.eq_ignore_ascii_case(&text)) {
        return *value;
    }
    let allowed: Vec<_> = choices.iter().map(|(name, _)| format!("'{name}'")).collect();
    fields.fault(format!("'{key}' must be {}, found '{}'", allowed.join(" or "), printable(&text))).unwrap_or(default)
}
