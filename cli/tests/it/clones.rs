//! `clusters clone`, `clusters list` and `clusters snapshots`: as a developer types them, with a key of their own.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;

use nightshift_testkit::scene::REGION;
use nightshift_testkit::world::{clusters, expired, tags_of};
use nightshift_testkit::{Answer, Scene, cargo};
use serde_json::{Value, json};

use crate::{Said, nightshift, policy_file};

const NOW: (&str, &str) = ("NIGHTSHIFT_NOW", "2026-11-21T02:00:00Z");

/// A cluster to clone, and ana's own key.
pub(crate) async fn scene() -> (Scene, [(&'static str, String); 2]) {
    let scene = Scene::new().expect("a scene");
    let orders = expired("orders").tag("auto-delete-after", "").tag("owner", "").tag("env", "staging");
    orders.create(&scene).await.expect("a cluster");
    let iam = aws_sdk_iam::Client::new(&scene.sdk_config(REGION).await);
    iam.create_user().user_name("ana").send().await.expect("a user");
    let key = iam.create_access_key().user_name("ana").send().await.expect("a key").access_key.expect("a key");
    (scene, [("AWS_ACCESS_KEY_ID", key.access_key_id), ("AWS_SECRET_ACCESS_KEY", key.secret_access_key)])
}

pub(crate) fn ana(scene: &Scene, key: &[(&'static str, String); 2], arguments: &[&str]) -> Said {
    let own: Vec<_> = key.iter().map(|(name, value)| (*name, value.as_str())).chain([NOW]).collect();
    nightshift(scene, &own, arguments)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clone_is_made_for_whoever_asks_and_says_how_to_connect() {
    let (scene, key) = scene().await;
    let clone =
        |more: &[&str]| ana(&scene, &key, &[&["clusters", "clone", "orders", "--expires", "7d"], more].concat());
    let said = clone(&["--dry-run"]);
    assert_eq!((said.code, said.complaints().as_str()), (0, ""));
    assert!(
        said.out.starts_with("would make orders-ana a copy-on-write clone of arn:aws:rds:eu-west-1:"),
        "{}",
        said.out
    );
    assert_eq!(clusters(&scene, REGION).await.expect("a list"), ["orders"]);

    let said = clone(&["--reason", "ticket 7"]);
    assert_eq!((said.code, said.complaints().as_str()), (0, ""), "{}", said.err);
    for line in [
        "\npsql 'host=orders-ana.",
        "\njdbc:postgresql://orders-ana.",
        "\npassword: aws secretsmanager get-secret-value",
    ] {
        assert!(said.out.contains(line), "{line}: {}", said.out);
    }
    let tags = tags_of(&scene, "orders-ana").await.expect("a list").expect("it stands");
    assert_eq!((tags["owner"].as_str(), tags["nightshift:reason"].as_str()), ("ana", "ticket 7"));
    let again = clone(&[]);
    assert!(again.code == 0 && again.out.contains("psql 'host=orders-ana."), "{}{}", again.out, again.err);
    // One too many is refused, though its owner is told so.
    scene.mail_identity("nightshift@example.com").await.expect("a sender");
    let (_folder, policy) = policy_file(
        "NIGHTSHIFT_NOW=2026-11-21T02:00:00Z\nNIGHTSHIFT_CLONES_PER_OWNER=1\nNIGHTSHIFT_MAIL_FROM=nightshift@example.com\nNIGHTSHIFT_OPERATORS_MAIL=ops@example.com\nNIGHTSHIFT_OWNER_MAIL_DOMAIN=example.com\n",
    );
    let second = clone(&["--name", "second", "--policy", policy.to_str().expect("a path")]);
    assert!(
        second.code == 1 && second.err.contains("ana has 1 of 1 clones: orders-ana; nothing was made"),
        "{}",
        second.err
    );
    assert!(
        second.out.contains("told ana@example.com by mail") && !second.err.contains("was made and"),
        "{}",
        second.out
    );
    let other = clone(&["--owner", "ben", "--name", "x"]);
    assert!(other.code == 1 && other.err.contains("the event names owner ben, and ana asks"), "{}", other.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_of_ones_own_unless_others_are_asked_for() {
    let (scene, key) = scene().await;
    expired("reports-dev")
        .tag("owner", "ana@example.com")
        .tag("auto-delete-after", "2026-12-01")
        .create(&scene)
        .await
        .expect("a cluster");
    expired("bens-dev").tag("owner", "ben").tag("auto-delete-after", "never").create(&scene).await.expect("a cluster");
    let listed = |more: &[&str]| {
        let said = ana(&scene, &key, &[&["clusters", "list", "--output", "json"], more].concat());
        let list: Value =
            serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {}{}", said.out, said.err));
        let ids: Vec<_> = list["clusters"].as_array().into_iter().flatten().map(|row| row["id"].clone()).collect();
        json!(ids)
    };
    assert_eq!(listed(&[]), json!(["reports-dev"]));
    assert_eq!(listed(&["--owner", "ben"]), json!(["bens-dev"]));
    assert_eq!(listed(&["--all"]), json!(["bens-dev", "orders", "reports-dev"]));
    let said = ana(&scene, &key, &["clusters", "list"]);
    assert!(said.out.contains("reports-dev") && said.out.contains("in 10 days"), "{}", said.out);
    let none = ana(&scene, &key, &["clusters", "list", "--owner", "nobody"]);
    assert!(none.code == 0 && none.err.contains("--all shows everybody's"), "{}", none.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_takes_either_policy_or_both_in_one_and_says_what_each_costs() {
    let (scene, key) = scene().await;
    for (id, owner) in [("orders-ana", "ana"), ("orders-ben", "ben")] {
        let one = expired(id).tag("owner", owner).tag("auto-delete-after", "2026-11-28T02:00:00Z");
        one.create(&scene).await.expect("a cluster");
    }
    let (folder, _) = policy_file("");
    let prices = folder.path().join("prices.json");
    let engines = json!({"eu-west-1": {"aurora-postgresql": {"acu_hour": 0.1}}});
    std::fs::write(&prices, json!({"currency": "USD", "as_of": "2026-11-01", "regions": engines}).to_string())
        .expect("a file");
    let prices = prices.to_str().expect("a path");
    let (clone, cleanup) = (
        "NIGHTSHIFT_CLONES_PER_OWNER=3\nNIGHTSHIFT_OWNER_OF=arn:aws:iam::*:user/deploy=ana\n",
        "NIGHTSHIFT_MAX_DELETIONS=3\n",
    );
    for policy in [clone.to_owned(), cleanup.to_owned(), format!("{clone}{cleanup}NIGHTSHIFT_PRICES={prices}\n")] {
        let (_folder, file) = policy_file(&format!("NIGHTSHIFT_NOW=2026-11-21T02:00:00Z\n{policy}"));
        let file = file.to_str().expect("a path");
        let listed = ["clusters", "list", "--mine", "--policy", file, "--prices", prices, "--output", "json"];
        let said = ana(&scene, &key, &listed);
        let list: Value =
            serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {policy} {}", said.err));
        let rows = list["clusters"].as_array().expect("rows");
        assert_eq!(
            (rows.len(), &rows[0]["id"], &rows[0]["expires_at"]),
            (1, &json!("orders-ana"), &json!("2026-11-28T02:00:00Z"))
        );
        assert_eq!(
            (&list["currency"], &list["prices_as_of"], &list["owner"]),
            (&json!("USD"), &json!("2026-11-01"), &json!("ana"))
        );
        assert_eq!(
            rows[0]["monthly_hundredths"],
            json!(3_650 * rows[0]["members"].as_u64().expect("a number")),
            "{list}"
        );
        let named =
            ana(&scene, &key, &["clusters", "list", "--all", "--match", "*-BEN", "--policy", file, "--output", "csv"]);
        assert!(named.out.lines().count() == 2 && named.out.contains("\norders-ben,eu-west-1,ben,"), "{}", named.out);
    }
    let (_folder, file) = policy_file("NIGHTSHIFT_CLONES_PER_OWNR=3\n");
    let slip = ana(&scene, &key, &["clusters", "list", "--policy", file.to_str().expect("a path")]);
    assert!(
        slip.code == 1 && slip.err.contains("did you mean NIGHTSHIFT_CLONES_PER_OWNER?")
            || slip.err.contains("no such variable"),
        "{}",
        slip.err
    );
    let said = ana(&scene, &key, &["clusters", "show", "orders-ana", "--prices", prices]);
    assert!(
        said.code == 0 && said.out.contains("\n  a month: ") && said.out.contains("\n  expires: in 7 days ("),
        "{}{}",
        said.out,
        said.err
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_is_said_as_the_instant_it_means_before_anything_is_done() {
    let (scene, key) = scene().await;
    let (_folder, policy) = policy_file("NIGHTSHIFT_NOW=2026-11-21T02:00:00Z\nNIGHTSHIFT_TIME_ZONE=Europe/Madrid\n");
    let policy = policy.to_str().expect("a path");
    let clone = |expires: &str| {
        ana(&scene, &key, &["clusters", "clone", "orders", "--expires", expires, "--dry-run", "--policy", policy])
    };
    let said = clone("friday 18:00");
    assert_eq!(
        said.err,
        "nightshift: 'friday 18:00' is friday 2026-11-27 18:00 Europe/Madrid, which is 2026-11-27T17:00:00Z\n"
    );
    assert!(said.code == 0 && said.out.contains("2026-11-27T17:00:00Z"), "{}", said.out);
    let said = clone("2026-12-05T00:00:00Z");
    assert_eq!((said.code, said.err.as_str()), (0, ""), "an instant has nothing to say");
    let back =
        ["clusters", "clone", "orders", "--expires", "2026-12-05T00:00:00Z", "--from", "friday 18:00", "--dry-run"];
    let said = ana(&scene, &key, &[&back[..], &["--policy", policy]].concat());
    let meant = "nightshift: 'friday 18:00' is friday 2026-11-20 18:00 Europe/Madrid, which is 2026-11-20T17:00:00Z\n";
    assert!(said.err.starts_with(meant), "a copy is of the past: {}", said.err);
    let calls = scene.proxy.calls().len();
    let said = clone("next friday");
    assert!(
        said.code == 1
            && said.err.contains("--expires 'next friday' is no day or time; nothing was done\n→ write YYYY-MM-DD"),
        "{}",
        said.err
    );
    assert!(scene.proxy.calls().len() <= calls + 1, "it asked whose credentials these are, and no more");
    expired("orders-ana").tag("auto-delete-after", "2026-11-22").create(&scene).await.expect("a cluster");
    let extend = ["clusters", "extend", "orders-ana", "--until", "en 7 días", "--policy", policy];
    let said = ana(&scene, &key, &extend);
    assert!(said.code == 0 && said.out.contains("to 2026-11-28T02:00:00Z"), "{}{}", said.out, said.err);
    assert!(said.err.starts_with("nightshift: 'en 7 días' is saturday 2026-11-28 03:00 Europe/Madrid"), "{}", said.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_says_when_it_goes_and_what_brings_it_back() {
    let (scene, key) = scene().await;
    expired("orders-dev").create(&scene).await.expect("a cluster");
    let (_folder, policy) = policy_file("NIGHTSHIFT_NOW=2026-11-21T02:00:00Z\nNIGHTSHIFT_MIN_NOTICE_HOURS=0\n");
    let policy = policy.to_str().expect("a path");
    let apply = ["apply", "cluster-cleanup", "--policy", policy, "--account", &scene.account, "--yes"];
    let applied = nightshift(&scene, &[], &apply);
    assert_eq!(applied.code, 0, "{}", applied.err);
    let said = ana(&scene, &key, &["clusters", "snapshots", "orders-dev", "--output", "csv"]);
    let row = said.out.lines().nth(1).unwrap_or_default();
    assert!(
        row.starts_with("nightshift-orders-dev-20261120t000000z-") && row.contains(",2026-12-21T"),
        "{}{}",
        said.out,
        said.err
    );
    assert!(row.contains("nightshift clusters restore nightshift-orders-dev-"), "{row}");
    let none = ana(&scene, &key, &["clusters", "snapshots", "orders"]);
    assert_eq!((none.code, none.out.as_str()), (0, "nothing to list\n"));
}

/// The deployed function, behind the stand-in's Lambda.
async fn deployed(scene: &Scene, policy: &[(&str, &str)]) {
    let binary = cargo::build("cluster-clone").expect("it builds");
    let function = scene.start(binary.to_str().expect("a path"), policy).expect("it starts");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    scene.control("lambda-url", json!({"name": "cluster-clone", "url": url})).await.expect("a function");
    let runtime = tokio::runtime::Handle::current();
    std::thread::spawn(move || {
        let mut function = function;
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.expect("a caller"));
            let (mut length, mut line) = (0, String::new());
            while stream.read_line(&mut line).expect("a line") > 2 {
                if let Some(said) = line.to_lowercase().strip_prefix("content-length:") {
                    length = said.trim().parse().expect("a length");
                }
                line.clear();
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).expect("an event");
            let event: Value = serde_json::from_slice(&body).expect("it is JSON");
            let (status, answer) = match runtime.block_on(function.invoke(&event)).expect("an answer") {
                Answer::Report(report) => ("200 OK", report),
                Answer::Fault { kind, message } => ("500 Error", json!({"errorType": kind, "errorMessage": message})),
            };
            let answer = answer.to_string();
            let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", answer.len());
            stream.get_mut().write_all((head + &answer).as_bytes()).expect("it is heard");
        }
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_function_makes_it_for_whoever_signed_and_for_nobody_else() {
    let (scene, key) = scene().await;
    deployed(&scene, &[NOW, ("NIGHTSHIFT_MODE", "apply")]).await;
    let clone = ["clusters", "clone", "orders", "--expires", "2026-12-05", "--invoke", "cluster-clone"];
    let said = ana(&scene, &key, &clone);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    assert!(
        said.out.contains("cluster orders-ana: handed over") && said.out.contains("psql 'host=orders-ana."),
        "{}",
        said.out
    );
    let tags = tags_of(&scene, "orders-ana").await.expect("a list").expect("it stands");
    assert_eq!(tags["nightshift:cloned-by"], format!("arn:aws:iam::{}:user/ana", scene.account));

    let said = ana(&scene, &key, &[&clone[..], &["--owner", "ben", "--name", "bens"]].concat());
    assert!(said.code == 1 && said.err.contains("another-owner"), "{}", said.err);
    // The stand-in's own credentials are nobody's name.
    let said = nightshift(&scene, &[NOW], &clone);
    assert!(said.code == 1 && said.err.contains("nobodys-name"), "{}", said.err);
    assert_eq!(clusters(&scene, REGION).await.expect("a list"), ["orders", "orders-ana"]);
}
