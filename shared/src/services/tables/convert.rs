//! JSON as the values of an item, and back. Keys stay as they are: those of tags are their user's.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Number, Value};

use super::Row;

pub(super) fn item(row: &Row) -> impl Iterator<Item = (String, AttributeValue)> {
    row.iter().map(|(key, value)| (key.clone(), attribute(value)))
}

fn attribute(value: &Value) -> AttributeValue {
    match value {
        Value::Null => AttributeValue::Null(true),
        Value::Bool(truth) => AttributeValue::Bool(*truth),
        Value::Number(number) => AttributeValue::N(number.to_string()),
        Value::String(text) => AttributeValue::S(text.clone()),
        Value::Array(list) => AttributeValue::L(list.iter().map(attribute).collect()),
        Value::Object(fields) => AttributeValue::M(item(fields).collect()),
    }
}

pub(super) fn row(item: impl IntoIterator<Item = (String, AttributeValue)>) -> Row {
    item.into_iter().map(|(key, attribute)| (key, value(attribute))).collect()
}

/// What we never write (sets, bytes) is read as `null`: it is somebody else's.
fn value(attribute: AttributeValue) -> Value {
    match attribute {
        AttributeValue::Bool(truth) => Value::Bool(truth),
        AttributeValue::N(number) => number.parse::<Number>().map_or(Value::Null, Value::Number),
        AttributeValue::S(text) => Value::String(text),
        AttributeValue::L(list) => Value::Array(list.into_iter().map(value).collect()),
        AttributeValue::M(fields) => Value::Object(row(fields)),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(|number| json!(number)),
            ".*".prop_map(Value::String),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
                prop::collection::btree_map("[A-Za-z:_-]{0,6}", inner, 0..4)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn whatever_is_written_is_read_again(value in json()) {
            let mut wanted = Row::new();
            wanted.insert("CostCenter".to_owned(), value);
            prop_assert_eq!(row(item(&wanted)), wanted);
        }
    }
}
