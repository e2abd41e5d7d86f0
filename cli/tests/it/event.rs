//! `event parse`.

use nightshift_testkit::Scene;
use serde_json::json;

use crate::machine::holds;
use crate::{command, nightshift, said};

#[test]
fn a_message_is_shown_as_what_it_says_and_what_is_not_right_with_it() {
    let scene = Scene::new().expect("a scene");
    let config = json!({ "messageType": "ConfigRulesEvaluationStarted", "awsAccountId": "123456789012", "configRuleNames": ["r"] });
    let sns = json!({ "Type": "Notification", "MessageId": "m", "TopicArn": "arn:aws:sns:eu-west-1:1:t", "Message": config.to_string() });
    let queued =
        |md5: &str| json!({ "Records": [{ "messageId": "q", "body": sns.to_string(), "md5OfBody": md5 }] }).to_string();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("event.json");
    let path = file.to_str().expect("a path");
    std::fs::write(&file, sns.to_string()).expect("a file");
    let whole = nightshift(&scene, &[], &["event", "parse", path]);
    assert_eq!((whole.code, whole.complaints().as_str()), (0, ""));
    let document = holds(&scene, "messages", &whole);
    assert_eq!(document["messages"][0]["content"]["is"]["message"]["config_rule_names"], json!(["r"]));
    let yaml = nightshift(&scene, &[], &["event", "parse", path, "--format", "yaml"]);
    assert!(yaml.out.contains("message_type: \"ConfigRulesEvaluationStarted\""), "{}", yaml.out);

    std::fs::write(&file, queued("00000000000000000000000000000000")).expect("a file");
    let input = std::fs::File::open(&file).expect("a file");
    let broken = said(command(&scene, &[], &["event", "parse", "-"]).stdin(input));
    assert_eq!(broken.code, 2, "{}", broken.out);
    assert!(broken.err.contains("its checksum differs"), "{}", broken.err);

    std::fs::write(&file, "no JSON").expect("a file");
    let words = nightshift(&scene, &[], &["event", "parse", path]);
    assert_eq!((words.code, words.out.as_str()), (1, ""));
    assert!(words.err.contains("→ give it as AWS sent it"), "{}", words.err);
    assert_eq!(nightshift(&scene, &[], &["event", "parse", "/nowhere"]).code, 1);
    assert!(scene.proxy.calls().is_empty(), "it asks nobody");
}
