//! `nightshift` alone, on a terminal: the menu, with a person who types.

use nightshift_testkit::Scene;
use nightshift_testkit::scene::REGION;
use nightshift_testkit::world::{clusters, expired};
use serde_json::Value;

use super::{Terminal, bare};
use crate::clones::{ana, scene};
use crate::{nightshift, policy_file};

const ENTER: &str = "\r";
const ESC: &str = "\u{1b}";
const CTRL_C: &str = "\u{3}";
const NOW: (&str, &str) = ("NIGHTSHIFT_NOW", "2026-11-21T02:00:00Z");

async fn a_clone(scene: &Scene, id: &str, owner: &str) {
    let one = expired(id).tag("owner", owner).tag("auto-delete-after", "2026-12-05").tag("nightshift:clone", "ready");
    one.create(scene).await.expect("a cluster");
}

/// The menu of ana, in a terminal of that size, in the language of `code`.
fn menu(scene: &Scene, key: &[(&'static str, String); 2], size: (u16, u16), code: &str) -> Terminal {
    let own: Vec<_> = key.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let extra = [&own[..], &[NOW, ("LANG", code), ("NO_COLOR", "1")]].concat();
    Terminal::sized(scene, size, &extra, &[])
}

fn deletions(scene: &Scene) -> usize {
    scene.proxy.calls().iter().filter(|call| call.action.contains("Delete") || call.action.contains("Tags")).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clone_is_found_by_typing_and_deleted_in_spanish() {
    let (scene, key) = scene().await;
    for id in ["orders-ana", "reports-ana", "billing-ana"] {
        a_clone(&scene, id, "ana").await;
    }
    a_clone(&scene, "orders-ben", "ben").await;
    let (_folder, policy) = policy_file(&format!("{}={}\nNIGHTSHIFT_FINAL_SNAPSHOT=always\n", NOW.0, NOW.1));
    let policy = policy.to_str().expect("a path");
    let mut terminal = menu(&scene, &key, (24, 80), "es_ES.UTF-8");
    terminal.then_shows("¿Qué quiere hacer?");
    terminal.types(&format!("eliminar{ENTER}"));
    terminal.then_shows("El clúster");
    terminal.then_shows("reports-ana");
    assert!(!terminal.seen().contains("orders-ben"), "another's is not offered: {}", bare(terminal.seen()));
    terminal.types(&format!("rep{ENTER}"));
    terminal.then_shows("El fichero de la política");
    terminal.types(&format!("{policy}{ENTER}"));
    terminal.then_shows("¿Algo más que indicar?");
    terminal.types(ENTER);
    terminal.then_shows(&format!("$ nightshift clusters delete reports-ana --region eu-west-1 --policy {policy}"));
    terminal.then_shows("se eliminará: reports-ana en eu-west-1");
    terminal.then_shows("¿Eliminarlo? Escriba su nombre (reports-ana): ");
    assert_eq!(deletions(&scene), 0, "nothing is done before the answer");
    terminal.types("reports-ana\n");
    terminal.then_shows("reports-ana se está eliminando");
    terminal.then_shows("¿Qué quiere hacer?");
    terminal.types(ESC);
    let (code, shown) = terminal.ends();
    assert_eq!(code, Some(0), "{}", bare(&shown));
    let standing = clusters(&scene, REGION).await.expect("a list");
    assert_eq!(standing, ["billing-ana", "orders", "orders-ana", "orders-ben"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clone_is_made_with_a_day_in_words_and_can_be_used() {
    let (scene, key) = scene().await;
    let mut terminal = menu(&scene, &key, (40, 120), "C.UTF-8");
    terminal.then_shows("What next?");
    terminal.types(ENTER);
    terminal.then_shows("The cluster to clone");
    terminal.then_shows("orders");
    terminal.types(ENTER);
    terminal.then_shows("When does it go? (--expires)");
    // What is no day is refused where it is typed.
    terminal.types(&format!("next friday{ENTER}"));
    terminal.then_shows("'next friday' is no day or time");
    terminal.types(&format!("{}in 7 days{ENTER}", "\u{7f}".repeat("next friday".len())));
    terminal.then_shows("Anything else to say?");
    terminal.types(&format!("Why {ENTER}"));
    terminal.then_shows("Why (--reason)");
    terminal.types(&format!("--yes{ENTER}"));
    terminal.then_shows("$ nightshift clusters clone orders --region eu-west-1 '--expires=in 7 days' --reason=--yes");
    terminal.then_shows("'in 7 days' is saturday 2026-11-28 02:00 UTC, which is 2026-11-28T02:00:00Z");
    terminal.then_shows("orders-ana can be used");
    terminal.then_shows("psql 'host=orders-ana.");
    terminal.then_shows("What next?");
    terminal.types(CTRL_C);
    let (code, shown) = terminal.ends();
    assert_eq!(code, Some(0), "{}", bare(&shown));
    assert!(bare(&shown).contains("making orders-ana: "), "how far it is: {}", bare(&shown));
    assert_eq!(clusters(&scene, REGION).await.expect("a list"), ["orders", "orders-ana"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn esc_goes_back_and_ctrl_c_leaves_and_neither_does_anything() {
    let (scene, key) = scene().await;
    a_clone(&scene, "orders-ana", "ana").await;
    let mut terminal = menu(&scene, &key, (24, 80), "C.UTF-8");
    terminal.then_shows("What next?");
    terminal.types(&format!("delete{ENTER}"));
    terminal.then_shows("orders-ana");
    terminal.types(ESC);
    terminal.then_shows("nightshift: nothing was done");
    terminal.then_shows("What next?");
    terminal.types(&format!("more time{ENTER}"));
    terminal.then_shows("orders-ana");
    terminal.types(ENTER);
    terminal.then_shows("Until when?");
    terminal.types(&format!("7d{CTRL_C}"));
    terminal.then_shows("nightshift: nothing was done");
    let (code, shown) = terminal.ends();
    assert_eq!((code, deletions(&scene)), (Some(0), 0), "{}", bare(&shown));
    assert_eq!(clusters(&scene, REGION).await.expect("a list"), ["orders", "orders-ana"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_its_name_deletes_a_cluster() {
    let (scene, key) = scene().await;
    a_clone(&scene, "orders-ana", "ana").await;
    let (_folder, policy) = policy_file(&format!("{}={}\n", NOW.0, NOW.1));
    let own: Vec<_> = key.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let delete = ["clusters", "delete", "orders-ana", "--policy", policy.to_str().expect("a path")];
    for (typed, complaint) in [
        ("orders-an\n", "nightshift: that is not orders-ana; nothing was deleted"),
        ("yes\n", "nightshift: that is not orders-ana; nothing was deleted"),
        ("\n", "nightshift: nothing was typed, and nothing was deleted"),
        ("\u{4}", "nightshift: nothing was typed, and nothing was deleted"),
    ] {
        let mut terminal = Terminal::start(&scene, 100, &own, &delete);
        terminal.shows("Delete it? Type its name (orders-ana): ");
        terminal.types(typed);
        let (code, shown) = terminal.ends();
        assert!(code == Some(1) && bare(&shown).contains(complaint), "{typed:?}: {code:?} {shown}");
    }
    assert_eq!(
        (deletions(&scene), clusters(&scene, REGION).await.expect("a list")),
        (0, vec!["orders".to_owned(), "orders-ana".to_owned()])
    );
}

/// The word is about what was shown: what came while somebody thought it over is not taken along.
#[tokio::test(flavor = "multi_thread")]
async fn a_word_is_for_what_was_shown_and_nothing_that_came_meanwhile() {
    let (scene, key) = scene().await;
    a_clone(&scene, "orders-ana", "ana").await;
    let (_folder, policy) = policy_file(&format!("{}={}\n", NOW.0, NOW.1));
    let own: Vec<_> = key.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let delete = ["clusters", "delete", "orders-ana", "--policy", policy.to_str().expect("a path")];
    let mut terminal = Terminal::start(&scene, 100, &own, &delete);
    terminal.shows("Delete it? Type its name (orders-ana): ");
    let member = scene.rds(REGION).await.create_db_instance().db_instance_identifier("orders-ana-2");
    let member =
        member.db_cluster_identifier("orders-ana").db_instance_class("db.r6g.large").engine("aurora-postgresql");
    member.send().await.expect("a member");
    terminal.types("orders-ana\n");
    let (code, shown) = terminal.ends();
    assert!(code != Some(0) && deletions(&scene) == 0, "{code:?} {}", bare(&shown));
    assert_eq!(clusters(&scene, REGION).await.expect("a list"), ["orders", "orders-ana"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pipe_gets_the_help_and_what_programs_read_is_the_same_in_every_language() {
    let (scene, key) = scene().await;
    a_clone(&scene, "orders-ana", "ana").await;
    let said = nightshift(&scene, &[], &[]);
    assert!(said.code == 1 && said.err.contains("Usage: nightshift"), "{}{}", said.out, said.err);
    let in_language = |code: &str, arguments: &[&str]| {
        let own: Vec<_> = key.iter().map(|(name, value)| (*name, value.as_str())).chain([NOW]).collect();
        nightshift(&scene, &[&own[..], &[("LC_ALL", code)]].concat(), arguments).out
    };
    for arguments in [
        &["clusters", "list", "--output", "json"][..],
        &["clusters", "list", "--output", "csv"],
        &["clusters", "show", "orders-ana", "--output", "json"],
        &["clusters", "snapshots", "--output", "json"],
    ] {
        let (english, spanish) = (in_language("en_GB.UTF-8", arguments), in_language("es_ES.UTF-8", arguments));
        assert!(!english.is_empty() && english == spanish, "{arguments:?}: {english}\n{spanish}");
        if arguments.contains(&"json") {
            serde_json::from_str::<Value>(&spanish).expect("JSON");
        }
    }
    let shown = ["clusters", "show", "orders-ana"];
    let (english, spanish) = (in_language("C", &shown), in_language("es", &shown));
    assert!(english.contains("\n  expires: in 14 days (2026-12-05)\n"), "{english}");
    assert!(spanish.contains("\n  vence: en 14 días (2026-12-05)\n"), "{spanish}");
    let said = ana(&scene, &key, &["clusters", "list"]);
    assert!(said.out.contains("in 14 days"), "{}", said.out);
}
