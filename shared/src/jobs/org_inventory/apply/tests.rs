//! What a table is asked, where it takes less than it is given.

use serde_json::{Value, json};

use super::*;
use crate::run::guard::leave_in_a_test;
use crate::services::aws::wire::Wire;

fn row(id: &str) -> Row {
    [(KEY.to_owned(), json!(id)), (OURS.to_owned(), json!("o-1"))].into_iter().collect()
}

fn put(id: &str) -> Value {
    json!({ "PutRequest": { "Item": { "id": { "S": id } } } })
}

#[tokio::test]
async fn what_is_left_for_later_is_put_again_and_nothing_else() {
    let answers = [(200, json!({ "UnprocessedItems": { "t": [put("2")] } })), (200, json!({ "UnprocessedItems": {} }))];
    let wire = Wire::of(&answers).await;
    let permit = leave_in_a_test();
    TableWriter::new(&wire.aws, "t", &permit).put(&[row("1"), row("2")]).await.unwrap();
    let asked = wire.asked();
    assert_eq!(asked[0]["RequestItems"]["t"].as_array().map(Vec::len), Some(2));
    assert_eq!(asked[1]["RequestItems"]["t"], json!([put("2")]), "{asked:?}");
}

#[tokio::test]
async fn what_is_not_answered_at_once_is_asked_for_again() {
    let found = |id: &str| json!({ "Responses": { "t": [{ "id": { "S": id } }] } });
    let mut first = found("1");
    first["UnprocessedKeys"] = json!({ "t": { "Keys": [{ "id": { "S": "2" } }] } });
    let wire = Wire::of(&[(200, first), (200, found("2"))]).await;
    let rows = TableReader::new(&wire.aws, "t").those(KEY, &["1", "2"]).await.unwrap();
    assert_eq!(rows.iter().map(key_of).collect::<Vec<_>>(), ["1", "2"]);
    assert_eq!(wire.asked()[0]["RequestItems"]["t"]["ConsistentRead"], true);
}

#[tokio::test]
async fn an_item_is_removed_only_while_it_is_ours() {
    let refused =
        json!({ "__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", "message": "no" });
    let wire = Wire::of(&[(400, refused), (200, json!({}))]).await;
    let permit = leave_in_a_test();
    let writer = TableWriter::new(&wire.aws, "t", &permit);
    assert_eq!(remove("1", &writer, "o-1").await.outcome, Outcome::AlreadyRight);
    assert_eq!(remove("1", &writer, "o-1").await.outcome, Outcome::Changed);
    let asked = &wire.asked()[0];
    assert_eq!(asked["ExpressionAttributeNames"], json!({ "#mark": OURS }));
    assert_eq!(asked["ExpressionAttributeValues"], json!({ ":of": { "S": "o-1" } }));
    assert_eq!(asked["ConditionExpression"], "#mark = :of");
}
