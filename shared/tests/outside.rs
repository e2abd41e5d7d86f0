//! Nothing that comes from outside (tags, events, variables, names) can make this panic, pass a check it should fail, or
//! say something it should not. The fuzz targets in `fuzz/` go through the same doors for longer.

use std::collections::BTreeMap;

use nightshift::config::{Environment, Settings};
use nightshift::domains::clusters::facts::Facts;
use nightshift::jobs::cluster_cleanup::{Policy, Request};
use nightshift::notify::{Address, Entry, Letter, OwnerPolicy, Section, Tone, html, shell_word, slack, text};
use nightshift::run::Payload;
use nightshift::run::event::{EventFault, Fields};
use nightshift::services::tags::Tags;
use nightshift::text::{markdown_cell, printable};
use proptest::prelude::*;
use serde_json::{Value, json};

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(Value::from("apply")),
        Just(Value::from("{\"mode\":\"apply\"}")),
    ];
    let key = prop_oneof![
        Just("mode".to_owned()),
        Just("regions".to_owned()),
        Just("clusters".to_owned()),
        Just("detail".to_owned()),
        Just("detail-type".to_owned()),
        Just("source".to_owned()),
        ".{0,8}"
    ];
    leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(key.clone(), inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn policy(variables: &[(&str, &str)]) -> Result<Policy, String> {
    let environment: Environment = variables.iter().copied().collect();
    let mut settings = Settings::of(&environment);
    let policy = Policy::read(&mut settings, Some("eu-west-1"));
    settings.finish().map(|()| policy).map_err(|faults| faults.to_string())
}

/// What the driver and `cluster-cleanup` read of an event.
fn taken(event: Value) -> Result<Request, EventFault> {
    let mut fields = Fields::of(event)?;
    fields.choice("mode", &[("plan", ()), ("apply", ())]);
    fields.text("expect_plan");
    let request = Request::read(&mut fields, &policy(&[]).expect("the empty policy is one"));
    fields.finish().map(|()| request)
}

/// A letter with `words` from outside in every place they can come to.
fn letter(words: &str) -> Letter {
    let entry = Entry::new(words, words).fact("Owner", words).note(words).command("To keep it", &shell_word(words));
    Letter {
        subject: "1 cluster".to_owned(),
        tone: Tone::Calm,
        lead: Vec::new(),
        sections: vec![Section { heading: "Going".to_owned(), tone: Tone::Calm, entries: vec![entry] }],
        footer: Vec::new(),
        lang: "en",
    }
}

proptest! {
    #[test]
    fn no_tag_becomes_more_than_one_mailbox(owner in "[ -~\\r\\n]{0,30}(@[a-z.,; ]{0,20})?", mail in ".{0,30}", domain in "[a-z]{1,8}\\.[a-z]{2,3}") {
        let policy = OwnerPolicy { owner_tag: "owner".into(), mail_tag: Some("mail".into()), domain: Some(domain) };
        for recipient in policy.recipients(Some(&owner), |_| Some(&mail)) {
            let address = recipient.address.as_str();
            let printed = address.chars().all(|c| c.is_ascii_graphic());
            prop_assert!(printed && !address.contains([',', ';', '<', '>', '"', '(', ')']), "{address:?}");
            prop_assert_eq!(address.matches('@').count(), 1);
            prop_assert!(address.parse::<Address>().is_ok());
        }
    }

    #[test]
    fn no_words_in_a_letter_are_markup_or_break_a_line(words in "(\\PC|[<>&\"'`\\r\\n\u{202e}]){1,60}") {
        let (empty, full) = (letter("x"), letter(&words));
        // A command's words stand in a span each, so that it breaks between them.
        let tags = |page: &str| page.matches('<').count() - 2 * page.matches("<span class=\"word\">").count();
        prop_assert_eq!(tags(&html(&full)), tags(&html(&empty)));
        prop_assert_eq!(text(&full).lines().count(), text(&empty).lines().count());
        for message in slack(&full) {
            prop_assert!(!message.to_string().contains(['<', '>']), "{message}");
        }
    }

    #[test]
    fn a_shell_reads_a_quoted_word_as_one(words in "[ -~]{1,40}") {
        let line = format!("printf %s {}", shell_word(&words));
        let said = std::process::Command::new("sh").args(["-c", &line]).output().unwrap();
        prop_assert_eq!(String::from_utf8(said.stdout).unwrap(), words);
    }

    #[test]
    fn any_event_is_taken_or_refused_in_words_and_never_widens(event in any_json()) {
        let policy = policy(&[]).unwrap();
        let Ok(mut fields) = Fields::of(event) else { return Ok(()) };
        let request = Request::read(&mut fields, &policy);
        if fields.finish().is_ok() {
            prop_assert!(request.regions(&policy).iter().all(|region| policy.regions.iter().any(|known| known == region)));
        }
    }

    #[test]
    fn what_an_event_asks_for_is_never_passed_by(
        key in prop_oneof![Just("mode"), Just("expect_plan"), Just("clusters"), Just("owners"), Just("regions")],
        mut event in any_json(), schedule in any::<bool>(), null in any::<bool>(),
    ) {
        if !event.is_object() {
            event = json!({});
        }
        if schedule {
            event["source"] = json!("aws.events");
            event["detail-type"] = json!("Scheduled Event");
            event["detail"] = json!({});
        }
        // Either a value that got lost, or one beside the detail of an envelope.
        event[key] = if null || !schedule { Value::Null } else { json!("plan") };
        prop_assert!(taken(event.clone()).is_err(), "{event}");
    }

    #[test]
    fn a_key_given_twice_is_refused_wherever_it_stands(event in any_json(), key in "[a-z]{1,6}", depth in 0usize..4) {
        let mut text = format!("{{\"{key}\":{event},\"{key}\":{event}}}");
        for level in 0..depth {
            text = if level % 2 == 0 { format!("[1,{text}]") } else { format!("{{\"a\":{text},\"b\":2}}") };
        }
        prop_assert!(Payload::parse(&text).unwrap().once().is_err(), "{text}");
        prop_assert_eq!(Payload::parse(&event.to_string()).unwrap().once(), Ok(event));
    }

    #[test]
    fn any_environment_is_a_policy_or_a_fault_that_names_the_variable(
        name in prop_oneof![
            Just("NIGHTSHIFT_PROTECTED"), Just("NIGHTSHIFT_REQUIRED_TAGS"), Just("NIGHTSHIFT_REGIONS"),
            Just("NIGHTSHIFT_TIME_ZONE"), Just("NIGHTSHIFT_MAX_DELETIONS"), Just("NIGHTSHIFT_TAG_KEY"),
        ],
        value in ".{1,40}",
    ) {
        match policy(&[(name, &value)]) {
            Ok(policy) => prop_assert!(!policy.required_tags.is_empty(), "a second mark is always required"),
            Err(faults) => prop_assert!(faults.contains(name), "{faults}"),
        }
    }

    #[test]
    fn a_protection_with_a_sign_no_name_holds_is_a_fault_by_variable_and_member(
        name in "[a-z]{1,8}", rest in "[a-z*?]{0,8}", value in "(=[a-z]{1,4})?", beside in "([a-z]{1,5},)?",
        sign in prop_oneof![
            prop::sample::select("'\"`;\\\\|<>()$%&#~\t\n".chars().collect::<Vec<_>>()),
            prop::sample::select("‘’‚“”„«»‹›′″＇＂；，、∗–—\u{200b}\u{feff}".chars().collect::<Vec<_>>()),
        ],
    ) {
        let member = format!("{name}{sign}{rest}{value}");
        // White space around a member is nobody's name and nobody's loss.
        prop_assume!(member.trim() == member);
        let faults = policy(&[("NIGHTSHIFT_PROTECTED", &format!("{beside}{member}"))]).unwrap_err();
        prop_assert!(faults.contains(&format!("NIGHTSHIFT_PROTECTED: '{}' holds", printable(&member))), "{faults}");
    }

    #[test]
    fn an_unknown_variable_of_ours_is_always_a_fault(name in "NIGHTSHIFT_[A-Z]{1,5}X_[A-Z]{1,8}") {
        prop_assert!(policy(&[(&name, "x")]).is_err());
    }

    #[test]
    fn any_tags_are_facts_or_not_and_never_a_panic(pieces in prop::collection::btree_map("(nightshift:restore-[0-9]{2}|[a-z]{1,5})", ".{0,64}", 0..6)) {
        let tags: Tags = pieces.into_iter().collect();
        let _ = Facts::from_tags(&tags);
    }

    #[test]
    fn nothing_printable_moves_a_cursor_or_breaks_a_table(text in any::<String>()) {
        let shown = printable(&text);
        let deceives = |c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c);
        prop_assert!(!shown.chars().any(deceives));
        let cell = markdown_cell(&text);
        let markup = cell.replace("\\|", "").replace("\\`", "").replace("\\[", "").replace("\\_", "").replace("\\*", "");
        prop_assert!(!markup.contains(['|', '`', '[', '*', '_', '<', '>']), "{cell}");
    }

    #[test]
    fn a_protected_name_is_protected_in_whatever_case(name in "[a-z][a-z0-9-]{0,20}", upper in any::<bool>()) {
        let pattern = if upper { name.to_uppercase() } else { name.clone() };
        let policy = policy(&[("NIGHTSHIFT_PROTECTED", &pattern)]).unwrap();
        prop_assert!(policy.protects(&name, "arn", &Tags::default()).is_some());
        let other = format!("x{name}");
        prop_assert!(policy.protects(&other, "arn", &BTreeMap::<String, String>::new().into_iter().collect()).is_none());
    }
}

fn users_json() -> impl Strategy<Value = Value> {
    let words = prop_oneof![Just("SELECT"), Just("None"), Just("true"), Just("a,b"), Just("absent"), Just("multi")];
    let value = prop_oneof![any_json(), words.prop_map(Value::from)];
    let key = prop_oneof![
        Just("db_user"),
        Just("user_secret_name"),
        Just("grantor"),
        Just("grant_privileges"),
        Just("schemas"),
        Just("state"),
        Just("rotation"),
        Just("owner_role"),
        Just("preset"),
    ];
    let user = prop::collection::btree_map(key.prop_map(str::to_owned), value.clone(), 0..6);
    let user = user.prop_map(|map| Value::Object(map.into_iter().collect()));
    (prop::collection::vec(user, 0..4), value).prop_map(|(users, engine)| {
        json!({
            "secret_name": "m", "database_name": "d", "rds_host": "h", "db_engine": engine, "users": users,
        })
    })
}

proptest! {
    #[test]
    fn an_event_about_users_is_taken_or_refused_and_names_no_reserved_one(event in users_json()) {
        use nightshift::jobs::db_users::Policy;
        use nightshift::domains::databases::names;
        use nightshift::jobs::db_users::request::Request;
        let environment = Environment::default();
        let policy = Policy::read(&mut Settings::of(&environment), Some("eu-west-1"));
        let mut fields = Fields::of(event).expect("an object");
        let request = Request::read(&mut fields, &policy);
        if fields.finish().is_ok() {
            for user in &request.users {
                prop_assert!(!names::is_reserved(&user.name, request.engine));
                prop_assert!(user.secret.as_deref() != Some("m"), "the master's own secret");
            }
        }
    }
}
