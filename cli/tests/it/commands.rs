//! The commands around plan and apply: single keys, earlier reports, adopting a job, completions and manual.

use nightshift_testkit::Scene;
use nightshift_testkit::world::{self, expired};

use crate::{Said, nightshift, policy_file};

const NOW: &str = "2026-11-21T02:00:00Z";

#[tokio::test(flavor = "multi_thread")]
async fn reports_of_this_machine_and_of_the_bucket_are_listed_and_shown_alike() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    expired("orders-dev").create(&scene).await?;
    world::s3(&scene).await.create_bucket().bucket("kept").create_bucket_configuration(world::here()).send().await?;
    let policy = format!("NIGHTSHIFT_NOW={NOW}\nNIGHTSHIFT_MIN_NOTICE_HOURS=0\nNIGHTSHIFT_REPORT_BUCKET=kept\n");
    let (_folder, policy) = policy_file(&policy);
    let policy = policy.to_str().expect("a path");
    let state = tempfile::tempdir()?;
    let here = state.path().to_str().expect("a path");
    let run = |state: &str, arguments: &[&str]| nightshift(&scene, &[("XDG_STATE_HOME", state)], arguments);
    let apply = ["apply", "cluster-cleanup", "--policy", policy, "--account", &scene.account, "--yes"];
    let applied = run(here, &apply);
    assert_eq!(applied.code, 0, "{}", applied.err);
    let key = format!("nightshift: and in s3://kept/cluster-cleanup/{}/2026/11/21/020000Z-", scene.account);
    assert!(applied.err.contains(&key), "{}", applied.err);

    let listed = run(here, &["reports", "list", "--output", "csv"]);
    assert_eq!((listed.code, listed.out.lines().count()), (0, 2), "{}{}", listed.out, listed.err);
    let shown = run(here, &["reports", "show", "latest"]);
    assert_eq!((shown.code, shown.out.as_str()), (0, applied.out.as_str()), "as it was printed then");
    // Another machine has the bucket alone.
    let other = tempfile::tempdir()?;
    let other = other.path().to_str().expect("a path");
    let listed = run(other, &["reports", "list", "--bucket", "kept", "--output", "json"]);
    let list: serde_json::Value = serde_json::from_str(&listed.out)?;
    assert_eq!(
        (&list["reports"][0]["place"], list["reports"].as_array().map(Vec::len)),
        (&"s3://kept".into(), Some(1))
    );
    let id = list["reports"][0]["id"].as_str().expect("an id");
    let shown = run(other, &["reports", "show", id, "--bucket", "kept"]);
    assert_eq!((shown.code, shown.out.as_str()), (0, applied.out.as_str()), "{}", shown.err);
    let shown = run(other, &["reports", "show", id]);
    assert!(shown.code == 1 && shown.err.contains("\n→ `nightshift reports list` has the ids"), "{}", shown.err);

    // A bucket that is not there is a word, and no failure: the work is done.
    let (_folder, bucketless) = policy_file(&format!(
        "NIGHTSHIFT_NOW={NOW}\nNIGHTSHIFT_MIN_NOTICE_HOURS=0\nNIGHTSHIFT_REPORT_BUCKET=no-such-bucket\n"
    ));
    let mut apply = apply;
    apply[3] = bucketless.to_str().expect("a path");
    let said = run(here, &apply);
    assert!(said.code == 0 && said.err.contains("the report was not kept in the bucket: s3:PutObject"), "{}", said.err);

    // A run that could not take place leaves nothing, and does not look as if it had died.
    let (_folder, faulty) = policy_file(&format!("NIGHTSHIFT_NOW={NOW}\n"));
    apply[3] = faulty.to_str().expect("a path");
    let said = run(here, &apply);
    assert!(said.code == 1 && said.err.contains("owners are to be told"), "{}", said.err);
    assert!(!run(here, &["reports", "list"]).out.contains("no report"), "{}", said.err);

    // What died leaves its record.
    let record = state.path().join("nightshift/key-rotation").join(&scene.account).join("2027/01/01/000000Z-1.jsonl");
    std::fs::create_dir_all(record.parent().expect("a folder"))?;
    std::fs::write(&record, "{\"event\":\"begun\",\"id\":\"ana\"}\n")?;
    let said = run(here, &["reports", "list", "--job", "key-rotation"]);
    assert!(said.out.contains("no report: it died, or is still at work"), "{}", said.out);
    let said = run(here, &["reports", "show", "000000Z-1"]);
    assert_eq!(said.out, "{\"event\":\"begun\",\"id\":\"ana\"}\n");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_cannot_be_kept_stops_nothing_and_is_said() {
    let scene = Scene::new().expect("a scene");
    expired("orders-dev").create(&scene).await.expect("a cluster");
    let (_folder, policy) = policy_file(&format!("NIGHTSHIFT_NOW={NOW}\nNIGHTSHIFT_MIN_NOTICE_HOURS=0\n"));
    let policy = policy.to_str().expect("a path");
    let apply = ["apply", "cluster-cleanup", "--policy", policy, "--account", &scene.account, "--yes"];
    let said = nightshift(&scene, &[("XDG_STATE_HOME", "/dev/null")], &apply);
    assert!(said.code == 0 && said.out.contains("1 changed"), "{}{}", said.out, said.err);
    assert!(said.err.contains("nightshift: the record of this run is on standard error alone: could not keep it in "));
    assert!(
        said.err.contains("begun orders-dev in eu-west-1: ") && said.err.contains("changed orders-dev"),
        "{}",
        said.err
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn single_keys_and_users_are_worked_on_by_the_events_the_function_takes() {
    let scene = Scene::new().expect("a scene");
    scene.set_clock(NOW).await.expect("a clock");
    for user in ["ana", "bob"] {
        scene.user(user, &[("owner", "team")]).await.expect("a user");
    }
    scene.key("ana", NOW, 95, Some(1)).await.expect("a key");
    let leaked = scene.key("bob", NOW, 95, Some(1)).await.expect("a key");
    let (_folder, policy) = policy_file(&format!("NIGHTSHIFT_NOW={NOW}\n"));
    let policy = policy.to_str().expect("a path");
    let keys = |arguments: &[&str]| -> Said { nightshift(&scene, &[], &[&["keys"], arguments].concat()) };
    let word = ["--policy", policy, "--account", &scene.account, "--yes"];

    let said = keys(&["show", "ana", "--policy", policy]);
    assert_eq!((said.code, said.out.contains("ana"), said.out.contains("bob")), (0, true, false), "{}", said.out);
    let said = keys(&["show", "nobody", "--policy", policy]);
    assert!(said.code == 2 && said.err.contains("nobody"), "{}{}", said.out, said.err);
    // It writes, so it needs a word.
    let said = keys(&["rotate", "ana", "--policy", policy]);
    assert!(said.code == 1 && said.err.contains("needs your word"), "{}", said.err);
    assert_eq!(scene.keys("ana").await.expect("keys").len(), 1);

    let said = keys(&[&["rotate", "ana"], &word[..]].concat());
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    assert_eq!(scene.keys("ana").await.expect("keys").len(), 2);
    assert_eq!(scene.keys("bob").await.expect("keys").len(), 1, "nobody else's");

    let said = keys(&[&["leaked", &leaked], &word[..]].concat());
    assert!(said.out.contains("bob"), "{}{}", said.out, said.err);
    let old = scene.keys("bob").await.expect("keys").into_iter().find(|key| key.id == leaked).expect("it is kept");
    assert!(!old.active, "it is off: {}", said.out);
    // There is nothing of ana's to bring back: said of her, and of nobody else.
    let said = keys(&[&["rollback", "ana", "--output", "csv"], &word[..]].concat());
    assert!(said.out.lines().nth(1).is_some_and(|line| line.starts_with("ana,")), "{}{}", said.out, said.err);
    assert_eq!(said.out.lines().count(), 2, "{}", said.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn adopting_a_job_says_what_it_would_come_to_and_only_reads() {
    let scene = Scene::new().expect("a scene");
    for (id, owner) in [("a-dev", "ana"), ("b-dev", "ana"), ("c-dev", "")] {
        expired(id).tag("owner", owner).create(&scene).await.expect("a cluster");
    }
    let (_folder, policy) =
        policy_file(&format!("NIGHTSHIFT_NOW={NOW}\nNIGHTSHIFT_MIN_NOTICE_HOURS=0\nNIGHTSHIFT_MAX_DELETIONS=1\n"));
    for id in ["d-dev", "e-dev", "f-dev", "g-dev", "h-dev", "i-dev", "j-dev"] {
        expired(id).tag("owner", "").create(&scene).await.expect("a cluster");
    }
    let adopt = ["adopt", "cluster-cleanup", "--policy", policy.to_str().expect("a path"), "--output", "json"];
    let said = nightshift(&scene, &[], &adopt);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    let adoption: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!(
        (&adoption["caps"][0]["limit"], &adoption["caps"][0]["wanted"]),
        (&1.into(), &10.into()),
        "{adoption:#}"
    );
    // A second cap that breaks is data, too, and not only words.
    let second = &adoption["caps"][1];
    assert_eq!(
        (&second["guard"], &second["limit"], &second["wanted"]),
        (&"max_deletion_percent".into(), &50.into(), &100.into())
    );
    assert_eq!((&adoption["nights"], &adoption["stuck"]), (&serde_json::json!([]), &10.into()), "{adoption:#}");
    assert_eq!((&adoption["owners"][0]["name"], &adoption["owners"][0]["count"]), (&"ana".into(), &2.into()));
    assert_eq!((&adoption["unowned"], &adoption["tells"]), (&8.into(), &false.into()));
    let steps: Vec<_> = adoption["steps"].as_array().into_iter().flatten().filter_map(|step| step.as_str()).collect();
    let digest = adoption["plan_digest"].as_str().expect("a digest");
    let place =
        |word: &str| steps.iter().position(|step| step.contains(word)).unwrap_or_else(|| panic!("{word}: {steps:#?}"));
    assert!(place("name a channel") < place("read the plan") && place("read the plan") < place(digest), "{steps:#?}");
    assert!(place(digest) < place("mode plan") && place("mode plan") < place("apply in Terraform"), "{steps:#?}");
    let calls = scene.proxy.calls();
    let reads = |action: &str| ["Get", "List", "Describe"].iter().any(|verb| action.contains(verb));
    assert!(calls.iter().all(|call| reads(&call.action)), "{calls:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_switched_off_works_again_after_a_rollback() {
    let scene = Scene::new().expect("a scene");
    scene.set_clock(NOW).await.expect("a clock");
    scene.mail_identity("example.com").await.expect("a sender");
    scene.user("ana", &[("owner", "team")]).await.expect("a user");
    let old = scene.key("ana", NOW, 95, Some(1)).await.expect("a key");
    let apply = |now: &str, more: &[&str]| {
        let (_folder, policy) = policy_file(&format!(
            "NIGHTSHIFT_NOW={now}\nNIGHTSHIFT_QUIET_DAYS=1\nNIGHTSHIFT_MAIL_FROM=nightshift@example.com\nNIGHTSHIFT_OPERATORS_MAIL=ops@example.com\nNIGHTSHIFT_OWNER_MAIL_DOMAIN=example.com\n"
        ));
        let policy = policy.to_str().expect("a path");
        let said =
            nightshift(&scene, &[], &[more, &["--policy", policy, "--account", &scene.account, "--yes"]].concat());
        assert_eq!(said.code, 0, "{}{}", said.out, said.err);
        said.out
    };
    apply(NOW, &["apply", "key-rotation"]);
    // The new key was taken over, and the old one has rested since.
    let later = "2026-12-29T02:00:00Z";
    scene.set_clock(later).await.expect("a clock");
    let new = scene.keys("ana").await.expect("keys").into_iter().find(|key| key.id != old).expect("a new key");
    scene.age_key(&new.id, later, 38, Some(1)).await.expect("its age");
    scene.age_key(&old, later, 133, Some(37)).await.expect("its age");
    apply(later, &["apply", "key-rotation"]);
    let retired = apply(later, &["apply", "key-rotation"]);
    let stands =
        async || scene.keys("ana").await.expect("keys").into_iter().find(|key| key.id == old).expect("it is kept");
    assert!(!stands().await.active, "{retired}");
    // Seen before it is done, then done, and then there is nothing left to do.
    let shown = nightshift(&scene, &[("NIGHTSHIFT_NOW", "2026-12-29T03:00:00Z")], &["keys", "show", "ana"]);
    assert!(shown.out.contains("inactive"), "{}", shown.out);
    let brought = apply("2026-12-29T03:00:00Z", &["keys", "rollback", "ana"]);
    assert!(stands().await.active, "{brought}");
    assert!(brought.contains("1 changed"), "{brought}");
    let again = apply("2026-12-29T03:00:00Z", &["keys", "rollback", "ana"]);
    assert!(stands().await.active && !again.contains("1 changed"), "{again}");
}

#[test]
fn a_shell_and_a_manual_know_the_command() {
    let scene = Scene::new().expect("a scene");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let said = nightshift(&scene, &[], &["completions", shell]);
        assert!(said.code == 0 && said.out.contains("detailed-exitcode"), "{shell}: {}", said.err);
    }
    let folder = tempfile::tempdir().expect("a folder");
    let man = folder.path().join("man");
    let said = nightshift(&scene, &[], &["man", man.to_str().expect("a path")]);
    assert_eq!(said.code, 0, "{}", said.err);
    for page in ["nightshift.1", "nightshift-apply-cluster-cleanup.1", "nightshift-doctor.1"] {
        let text = std::fs::read_to_string(man.join(page)).unwrap_or_else(|error| panic!("{page}: {error}"));
        assert!(text.starts_with(".ie") || text.contains(".TH"), "{page}: {text}");
    }
    let said = nightshift(&scene, &[], &["man", "/dev/null/man"]);
    assert!(said.code == 1 && said.err.starts_with("nightshift: could not make /dev/null/man: "), "{}", said.err);
    let said = nightshift(&scene, &[], &["--version"]);
    assert!(said.out.starts_with(concat!("nightshift ", env!("CARGO_PKG_VERSION"), " (commit ")), "{}", said.out);
    assert!(nightshift(&scene, &[], &["help", "apply"]).out.contains("shows the plan and asks"));
}
