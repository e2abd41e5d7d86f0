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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What `read` makes of `value`, or the fault it is.
    fn of<T>(value: &Value, read: impl FnOnce(&mut Fields) -> T) -> Result<T, String> {
        let mut fields = Fields::of(json!({ "key": value })).unwrap();
        let read = read(&mut fields);
        fields.finish().map(|()| read).map_err(|fault| fault.to_string())
    }

    #[test]
    fn each_spelling_is_the_value_it_says_and_any_other_is_refused_by_its_key() {
        for (value, expected) in [
            (json!(true), Some(true)),
            (json!("TRUE"), Some(true)),
            (json!(false), Some(false)),
            (json!("False"), Some(false)),
            (json!("None"), Some(false)),
            (json!(""), Some(false)),
            (json!("yes"), None),
            (json!(1), None),
        ] {
            let read = of(&value, |fields| flag(fields, "key"));
            assert_eq!(read.as_ref().ok(), expected.as_ref(), "{value}");
            assert!(read.is_ok() || read.unwrap_err().contains("'key' must be true or false"), "{value}");
        }
        for (value, expected) in [(json!("app"), Some("app")), (json!("NONE"), None), (json!(""), None)] {
            assert_eq!(of(&value, |fields| text(fields, "key")).unwrap().as_deref(), expected);
        }
        assert!(of(&json!(1), |fields| text(fields, "key")).is_err());
        assert_eq!(of(&json!("app"), |fields| needed(fields, "key")), Ok("app".to_owned()));
        assert!(of(&json!("none"), |fields| needed(fields, "key")).unwrap_err().contains("'key' is missing"));
    }

    #[test]
    fn a_list_has_no_empty_entry_a_number_its_bounds_and_a_choice_its_words() {
        for (value, expected) in [
            (json!("a, b"), Some(vec!["a", "b"])),
            (json!(["a", "b"]), Some(vec!["a", "b"])),
            (json!([]), Some(vec![])),
            (json!("None"), None),
            (json!(""), None),
        ] {
            let expected = expected.map(|list| list.into_iter().map(str::to_owned).collect());
            assert_eq!(of(&value, |fields| list(fields, "key")), Ok(expected), "{value}");
        }
        for wrong in [json!("a,,b"), json!(["a", ""]), json!(["a", 1]), json!(7)] {
            assert!(of(&wrong, |fields| list(fields, "key")).is_err(), "{wrong}");
        }
        for (value, expected) in [(json!(3), Some(3)), (json!("5"), Some(5)), (json!(2), None), (json!("6"), None)] {
            assert_eq!(of(&value, |fields| number(fields, "key", 3, 5)).ok().flatten(), expected, "{value}");
        }
        for wrong in [json!("x"), json!([3]), json!(-3), json!(4_294_967_299_u64)] {
            assert!(of(&wrong, |fields| number(fields, "key", 3, 5)).is_err(), "{wrong}");
        }
        let choices = [("one", 1), ("two", 2)];
        let chosen = |value: Value| of(&value, |fields| choice(fields, "key", 1, &choices));
        assert_eq!((chosen(json!("TWO")), chosen(json!("none"))), (Ok(2), Ok(1)));
        assert!(chosen(json!("three")).unwrap_err().contains("'one' or 'two', found 'three'"));
    }
}
