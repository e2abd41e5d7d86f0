//! How what was applied hangs together, whatever modules it came from: an alarm that is about something there and tells somebody
//! in its own Region, a rule or schedule that reaches its target and loses nothing, and nobody else's hand in between.

use anyhow::ensure;
use serde_json::{Value, json};

/// Everything that hangs in the air, at once.
pub(super) fn check(resources: &[(String, Value)], account: &str) -> anyhow::Result<usize> {
    let there = There { resources, account };
    let mut faults = Vec::new();
    let mut seen = 0;
    for (address, values) in resources {
        let found = match kind(address) {
            "aws_cloudwatch_metric_alarm" => there.alarm(values),
            "aws_cloudwatch_event_rule" => there.rule(values),
            "aws_scheduler_schedule" => there.schedule(values),
            "aws_lambda_function" => there.function(values),
            "aws_sns_topic" => there.topic(values),
            _ => continue,
        };
        seen += 1;
        faults.extend(found.into_iter().map(|fault| format!("{address}: {fault}")));
    }
    ensure!(faults.is_empty(), "this hangs in the air:\n{}", faults.join("\n"));
    Ok(seen)
}

struct There<'a> {
    resources: &'a [(String, Value)],
    account: &'a str,
}

/// What has to hold, and what is to be said where it does not.
type Rule<'a> = (bool, &'a str);

fn broken(rules: &[Rule]) -> Vec<String> {
    rules.iter().filter(|(holds, _)| !holds).map(|(_, fault)| (*fault).to_owned()).collect()
}

impl<'a> There<'a> {
    fn all(&self, wanted: &str) -> impl Iterator<Item = &'a Value> {
        self.resources.iter().filter(move |(address, _)| kind(address) == wanted).map(|(_, values)| values)
    }

    fn one(&self, wanted: &str, field: &str, value: &Value) -> Option<&'a Value> {
        self.all(wanted).find(|values| values[field] == *value && !value.is_null())
    }

    fn alarm(&self, alarm: &Value) -> Vec<String> {
        let actions = alarm["alarm_actions"].as_array().map_or(&[][..], Vec::as_slice);
        let told =
            |action: &Value| self.one("aws_sns_topic", "arn", action).is_some() && same_region(action, &alarm["arn"]);
        broken(&[
            (!actions.is_empty(), "it tells nobody"),
            (actions.iter().all(told), "it tells what is no topic of its Region"),
            (self.is_about_something(alarm), "it is about what is not there"),
        ])
    }

    /// Its dimension names something of the very Region; a metric that is made from a log has a filter instead.
    fn is_about_something(&self, alarm: &Value) -> bool {
        let namespace = alarm["namespace"].as_str().unwrap_or_default();
        let (kind, field, dimension) = match namespace {
            "Nightshift" => ("aws_lambda_function", "function_name", "Function"),
            "AWS/Lambda" => ("aws_lambda_function", "function_name", "FunctionName"),
            "AWS/SQS" => ("aws_sqs_queue", "name", "QueueName"),
            "AWS/Scheduler" => ("aws_scheduler_schedule_group", "name", "ScheduleGroup"),
            "AWS/Events" => ("aws_cloudwatch_event_rule", "name", "RuleName"),
            _ => {
                let made = |filter: &Value| {
                    let made = &filter["metric_transformation"][0];
                    made["namespace"] == namespace && made["name"] == alarm["metric_name"]
                };
                return self.all("aws_cloudwatch_log_metric_filter").any(made);
            }
        };
        let dimensions = alarm["dimensions"].as_object();
        dimensions.is_some_and(|dimensions| dimensions.len() == 1)
            && self.all(kind).any(|values| {
                values[field] == alarm["dimensions"][dimension] && same_region(&values["arn"], &alarm["arn"])
            })
    }

    fn rule(&self, rule: &Value) -> Vec<String> {
        // A rule of the same name may be in another Region: a target says which by its queue of dead letters.
        let mut targets = self.all("aws_cloudwatch_event_target").filter(|target| {
            target["rule"] == rule["name"] && same_region(&target["dead_letter_config"][0]["arn"], &rule["arn"])
        });
        let Some(target) = targets.next() else {
            return vec!["it has no target that keeps what it could not hand over in the rule's Region".to_owned()];
        };
        let kept = self.one("aws_sqs_queue", "arn", &target["dead_letter_config"][0]["arn"]);
        let may_keep = kept.and_then(|queue| self.one("aws_sqs_queue_policy", "queue_url", &queue["url"]));
        let from = |statement: &Value| has(&statement["Condition"]["ArnEquals"]["aws:SourceArn"], &rule["arn"]);
        let permitted = self.all("aws_lambda_permission").any(|permission| {
            permission["function_name"] == target["arn"]
                && permission["principal"] == "events.amazonaws.com"
                && permission["source_arn"] == rule["arn"]
        });
        let taken = self.one("aws_iam_role", "arn", &target["role_arn"]);
        let hands_over = taken.is_some_and(|taken| {
            self.is_only_for(taken, "events.amazonaws.com", &rule["arn"])
                && self.may(taken, "events:PutEvents", &target["arn"])
        });
        broken(&[
            (rule["state"] == "ENABLED", "it is switched off"),
            (kept.is_some(), "what it could not hand over goes to no queue there is"),
            (
                may_keep.is_some_and(|policy| statements(&policy["policy"]).iter().any(from)),
                "its queue of dead letters takes nothing from it",
            ),
            (permitted != hands_over, "its target is not called by it, and by it alone"),
        ])
    }

    fn schedule(&self, schedule: &Value) -> Vec<String> {
        let target = &schedule["target"][0];
        let group = self.one("aws_scheduler_schedule_group", "name", &schedule["group_name"]);
        let role = self.one("aws_iam_role", "arn", &target["role_arn"]);
        let queue = &target["dead_letter_config"][0]["arn"];
        let bound =
            |group: &Value| role.is_some_and(|role| self.is_only_for(role, "scheduler.amazonaws.com", &group["arn"]));
        let may = |action: &str, resource: &Value| role.is_some_and(|role| self.may(role, action, resource));
        broken(&[
            (schedule["state"] == "ENABLED", "it is switched off"),
            (self.one("aws_lambda_function", "arn", &target["arn"]).is_some(), "it calls nothing there is"),
            (group.is_some_and(bound), "its role is not for the schedules of its group alone"),
            (may("lambda:InvokeFunction", &target["arn"]), "its role may not call the target"),
            (self.one("aws_sqs_queue", "arn", queue).is_some(), "what it could not hand over is lost"),
            (may("sqs:SendMessage", queue), "its role may not keep what it could not hand over"),
        ])
    }

    fn function(&self, function: &Value) -> Vec<String> {
        let name = &function["function_name"];
        let invoked = self.one("aws_lambda_function_event_invoke_config", "function_name", name);
        let kept = invoked.map(|invoked| &invoked["destination_config"][0]["on_failure"][0]["destination"]);
        let role = self.one("aws_iam_role", "arn", &function["role"]);
        let log = json!(format!("/aws/lambda/{}", name.as_str().unwrap_or_default()));
        let log = self.one("aws_cloudwatch_log_group", "name", &log);
        broken(&[
            (
                kept.is_some_and(|kept| self.one("aws_sqs_queue", "arn", kept).is_some()),
                "an event it could not handle is lost",
            ),
            (
                role.is_some_and(|role| kept.is_some_and(|kept| self.may(role, "sqs:SendMessage", kept))),
                "its role may not keep an event it could not handle",
            ),
            (log.is_some_and(|log| log["skip_destroy"] == true), "its log goes with it"),
        ])
    }

    fn topic(&self, topic: &Value) -> Vec<String> {
        let heard = self.one("aws_sns_topic_subscription", "topic_arn", &topic["arn"]);
        let policy = self.one("aws_sns_topic_policy", "arn", &topic["arn"]);
        let statements = policy.map(|policy| statements(&policy["policy"])).unwrap_or_default();
        let of_alarms = |statement: &Value| {
            statement["Effect"] == "Allow"
                && statement["Principal"]["Service"] == "cloudwatch.amazonaws.com"
                && statement["Condition"]["StringEquals"]["aws:SourceAccount"] == self.account
        };
        let in_clear_text = |statement: &Value| {
            statement["Effect"] == "Deny" && statement["Condition"]["Bool"]["aws:SecureTransport"] == "false"
        };
        broken(&[
            (heard.is_some(), "nobody hears it"),
            (statements.iter().any(of_alarms), "alarms of this account may not write to it"),
            (statements.iter().any(in_clear_text), "it takes what is not encrypted"),
        ])
    }

    /// Whether one service may take the role, and on behalf of one thing of this account.
    fn is_only_for(&self, role: &Value, service: &str, source: &Value) -> bool {
        let trust = statements(&role["assume_role_policy"]);
        trust.len() == 1
            && trust[0]["Principal"] == json!({ "Service": service })
            && trust[0]["Condition"]
                == json!({ "ArnEquals": { "aws:SourceArn": source }, "StringEquals": { "aws:SourceAccount": self.account } })
    }

    fn may(&self, role: &Value, action: &str, resource: &Value) -> bool {
        let policies = self.all("aws_iam_role_policy").filter(|policy| policy["role"] == role["name"]);
        policies.flat_map(|policy| statements(&policy["policy"])).any(|statement| {
            statement["Effect"] == "Allow"
                && has(&statement["Action"], &json!(action))
                && has(&statement["Resource"], resource)
        })
    }
}

/// The type of a resource; a key in its address may have points in it.
fn kind(address: &str) -> &str {
    let kind = address.rfind(".aws_").map_or(address, |at| &address[at + 1..]);
    kind.split('.').next().unwrap_or_default()
}

fn same_region(one: &Value, other: &Value) -> bool {
    let region = |arn: &Value| arn.as_str().and_then(|arn| arn.split(':').nth(3).map(str::to_owned));
    region(one).is_some() && region(one) == region(other)
}

/// The statements of a document in a state.
fn statements(document: &Value) -> Vec<Value> {
    let document: Value = document.as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    match &document["Statement"] {
        Value::Array(statements) => statements.clone(),
        Value::Null => Vec::new(),
        one => vec![one.clone()],
    }
}

/// One value, or a list with it.
fn has(values: &Value, value: &Value) -> bool {
    values == value || values.as_array().is_some_and(|list| list.contains(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: &str = "111122223333";

    fn arn(rest: &str) -> String {
        let (service, name) = rest.split_once(' ').unwrap();
        format!("arn:aws:{service}:eu-west-1:{ACCOUNT}:{name}")
    }

    fn document(statement: &Value) -> String {
        json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string()
    }

    fn trust(service: &str, source: &str) -> String {
        let asked =
            json!({ "ArnEquals": { "aws:SourceArn": source }, "StringEquals": { "aws:SourceAccount": ACCOUNT } });
        document(&json!({ "Effect": "Allow", "Principal": { "Service": service }, "Condition": asked }))
    }

    fn allowing(action: &str, resource: &str) -> String {
        document(&json!({ "Effect": "Allow", "Action": action, "Resource": resource }))
    }

    /// One of each.
    fn world() -> Vec<(String, Value)> {
        let (function, queue, topic) = (arn("lambda function:f"), arn("sqs q"), arn("sns t"));
        let (rule, two, bus) = (arn("events rule/r"), arn("events rule/two"), arn("events event-bus/default"));
        let group = arn("scheduler schedule-group/g");
        let alarms = json!({ "Effect": "Allow", "Principal": { "Service": "cloudwatch.amazonaws.com" },
                             "Condition": { "StringEquals": { "aws:SourceAccount": ACCOUNT } } });
        let clear = json!({ "Effect": "Deny", "Condition": { "Bool": { "aws:SecureTransport": "false" } } });
        let of_rules = json!({ "Effect": "Allow", "Condition": { "ArnEquals": { "aws:SourceArn": [rule, two] } } });
        let alarm = |namespace: &str, dimension: &str, value: &str| {
            json!({ "arn": arn("cloudwatch alarm:a"), "alarm_actions": [topic], "namespace": namespace, "metric_name": "M",
                    "dimensions": { dimension: value } })
        };
        let dead = json!([{ "arn": queue }]);
        let kinds = [
            ("aws_cloudwatch_metric_alarm.jobs", alarm("Nightshift", "Function", "f")),
            ("aws_cloudwatch_metric_alarm.rules", alarm("AWS/Events", "RuleName", "r")),
            ("aws_sns_topic.this", json!({ "arn": topic })),
            ("aws_sns_topic_subscription.mail[\"a@b.c\"]", json!({ "topic_arn": topic })),
            (
                "aws_sns_topic_policy.this",
                json!({ "arn": topic, "policy": json!({ "Statement": [alarms, clear] }).to_string() }),
            ),
            ("aws_sqs_queue.this", json!({ "arn": queue, "name": "q", "url": "u" })),
            ("aws_sqs_queue_policy.this[0]", json!({ "queue_url": "u", "policy": document(&of_rules) })),
            ("aws_lambda_function.this", json!({ "arn": function, "function_name": "f", "role": "lambda" })),
            (
                "aws_lambda_function_event_invoke_config.this",
                json!({ "function_name": "f", "destination_config": [{ "on_failure": [{ "destination": queue }] }] }),
            ),
            ("aws_cloudwatch_log_group.this", json!({ "name": "/aws/lambda/f", "skip_destroy": true })),
            (
                "aws_lambda_permission.this",
                json!({ "function_name": function, "principal": "events.amazonaws.com", "source_arn": rule }),
            ),
            ("aws_cloudwatch_event_rule.near", json!({ "arn": rule, "name": "r", "state": "ENABLED" })),
            (
                "aws_cloudwatch_event_target.near",
                json!({ "arn": function, "rule": "r", "dead_letter_config": dead, "role_arn": "" }),
            ),
            ("aws_cloudwatch_event_rule.far", json!({ "arn": two, "name": "two", "state": "ENABLED" })),
            (
                "aws_cloudwatch_event_target.far",
                json!({ "arn": bus, "rule": "two", "dead_letter_config": dead, "role_arn": "forward" }),
            ),
            ("aws_scheduler_schedule_group.this", json!({ "arn": group, "name": "g" })),
            (
                "aws_scheduler_schedule.this",
                json!({ "group_name": "g", "state": "ENABLED", "target": [{ "arn": function, "role_arn": "call", "dead_letter_config": dead }] }),
            ),
            ("aws_iam_role.lambda", json!({ "arn": "lambda", "name": "lambda" })),
            (
                "aws_iam_role.call",
                json!({ "arn": "call", "name": "call", "assume_role_policy": trust("scheduler.amazonaws.com", &group) }),
            ),
            (
                "aws_iam_role.forward",
                json!({ "arn": "forward", "name": "forward", "assume_role_policy": trust("events.amazonaws.com", &two) }),
            ),
            (
                "aws_iam_role_policy.platform",
                json!({ "role": "lambda", "policy": allowing("sqs:SendMessage", &queue) }),
            ),
            (
                "aws_iam_role_policy.call",
                json!({ "role": "call", "policy": allowing("lambda:InvokeFunction", &function) }),
            ),
            ("aws_iam_role_policy.keep", json!({ "role": "call", "policy": allowing("sqs:SendMessage", &queue) })),
            ("aws_iam_role_policy.forward", json!({ "role": "forward", "policy": allowing("events:PutEvents", &bus) })),
        ];
        kinds.map(|(address, values)| (format!("module.m[\"a.b\"].{address}"), values)).to_vec()
    }

    fn complaint(world: &[(String, Value)]) -> String {
        check(world, ACCOUNT).map_or_else(|error| error.to_string(), |seen| seen.to_string())
    }

    #[test]
    fn a_key_in_an_address_may_have_points_in_it() {
        assert_eq!(
            kind("module.m[\"x.aws.y\"].aws_sns_topic_subscription.mail[\"a@b.c\"]"),
            "aws_sns_topic_subscription"
        );
        assert_eq!(kind("aws_sns_topic.this"), "aws_sns_topic");
    }

    #[test]
    fn what_hangs_together_is_counted() {
        assert_eq!(complaint(&world()), "7");
    }

    #[test]
    fn whatever_is_taken_away_is_missed() {
        let all = world();
        for (number, (address, _)) in all.iter().enumerate() {
            // What is looked at is not missed by itself: it is the start of a question.
            let asked = [
                "metric_alarm",
                "event_rule.",
                "aws_scheduler_schedule.",
                "aws_lambda_function.",
                "aws_sns_topic.this",
            ];
            let mut rest = all.clone();
            rest.remove(number);
            let answer = complaint(&rest);
            let missed = answer.contains("hangs in the air");
            assert!(missed || asked.iter().any(|asked| address.contains(asked)), "{address} is not missed: {answer}");
        }
    }

    #[test]
    fn whatever_says_something_else_is_found() {
        for (address, path, value, fault) in [
            ("alarm.jobs", "/alarm_actions", json!([]), "tells nobody"),
            ("alarm.jobs", "/alarm_actions", json!(["arn:aws:sns:us-east-1:111122223333:t"]), "no topic of its Region"),
            ("alarm.jobs", "/dimensions", json!({ "FunctionName": "f" }), "about what is not there"),
            ("alarm.jobs", "/dimensions", json!({ "Function": "g" }), "about what is not there"),
            ("alarm.jobs", "/namespace", json!("Nightshift/f"), "about what is not there"),
            (
                "alarm.rules",
                "/arn",
                json!("arn:aws:cloudwatch:us-east-1:111122223333:alarm:a"),
                "about what is not there",
            ),
            ("rule.near", "/state", json!("DISABLED"), "switched off"),
            ("queue_policy", "/policy", json!(document(&json!({ "Effect": "Allow" }))), "takes nothing from it"),
            ("permission", "/source_arn", json!("arn:aws:events:*"), "by it alone"),
            ("permission", "/principal", json!("*"), "by it alone"),
            ("role.forward", "/assume_role_policy", json!(trust("events.amazonaws.com", "*")), "by it alone"),
            ("role.call", "/assume_role_policy", json!(trust("lambda.amazonaws.com", "g")), "of its group alone"),
            ("schedule.this", "/state", json!("DISABLED"), "switched off"),
            ("schedule.this", "/target/0/arn", json!("other"), "calls nothing there is"),
            ("policy.call", "/policy", json!(allowing("lambda:InvokeFunction", "other")), "may not call the target"),
            ("policy.keep", "/policy", json!(allowing("sqs:SendMessage", "other")), "may not keep"),
            ("log_group", "/skip_destroy", json!(false), "log goes with it"),
            ("topic_policy", "/policy", json!(document(&json!({ "Effect": "Deny" }))), "may not write to it"),
        ] {
            let mut all = world();
            let (_, values) = all.iter_mut().find(|(found, _)| found.contains(address)).unwrap();
            *values.pointer_mut(path).unwrap() = value;
            let answer = complaint(&all);
            assert!(answer.contains(fault), "{address}{path}: {answer}");
        }
    }
}
