//! The kill matrix: the command dies at each thing it says to the server, with what it said sent and nobody waiting, and the same
//! command run again comes to the same end, with each value hashed once.

use anyhow::{Context as _, ensure};
use nightshift::domains::anonymise::RunKey;
use nightshift::secret::Secret;
use nightshift_testkit::database::{Cutter, Flavour, Installation};
use nightshift_testkit::proxy::Fault;

use super::HOST;
use super::bench::{Admin, Bench, small};
use super::rules as file_of;

const DATABASE: &str = "shop";
const KEY: &str = "a key that somebody brought, for many runs";

/// What has to be so at the end, whatever died on the way.
async fn is_anonymised(bench: &Bench, admin: &mut Admin) -> anyhow::Result<()> {
    let key = RunKey::new(Secret::new(KEY.to_owned())).context("a key")?;
    let hashed = |join: &str, value: &str| key.hash(join, value)[..20].to_owned();
    let mail = format!("{}@example.org", hashed("mail", "needle-mail-7@shop.example"));
    let notes =
        if bench.engine() == "postgresql" { "public.person.notes" } else { &format!("{DATABASE}.person.notes") };
    let text =
        |number: &str| if bench.engine() == "postgresql" { format!("({number})::text") } else { number.to_owned() };
    let helper = "SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name = 'nightshift_anon'";
    for (question, expected) in [
        ("SELECT email FROM person WHERE id = 7".to_owned(), mail),
        ("SELECT notes FROM person WHERE id = 9".to_owned(), hashed(notes, "needle-note-9")),
        (text("SELECT COUNT(*) FROM person p JOIN orders o ON o.mail = p.email AND o.id = p.id"), "40".to_owned()),
        (text("SELECT COUNT(*) FROM audit_log"), "0".to_owned()),
        (text("SELECT COUNT(*) FROM person WHERE email LIKE '%needle%' OR notes LIKE '%needle%'"), "0".to_owned()),
        (text(helper), "0".to_owned()),
    ] {
        // Row 1 has had the needle that was planted in it.
        let found =
            admin.ask(&if question.starts_with('(') { format!("SELECT {question}") } else { question.clone() }).await?;
        ensure!(found == expected, "{question}: {found}, not {expected}");
    }
    Ok(())
}

/// Dies at each place that `turn` of `turns` gives this server: the two that are told the same statements share the places.
async fn everywhere(bench: Bench, (turn, turns): (usize, usize)) -> anyhow::Result<()> {
    let cutter = Cutter::start(bench.address())?;
    let keys = tempfile::tempdir()?;
    let key = keys.path().join("key");
    std::fs::write(&key, KEY)?;
    let (_folder, rules) = file_of(&small(bench.engine(), DATABASE))?;
    let rules = std::path::PathBuf::from(rules);
    let mut call = bench.call(DATABASE, &rules, &key);
    let begun = "SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name = 'nightshift_anon'";
    let begun = if bench.engine() == "postgresql" { format!("SELECT ({begun})::text") } else { begun.to_owned() };
    let (mut at, mut reached, mut digest) = (turn, 0, None);
    'fresh: loop {
        bench.shop(DATABASE).await?;
        bench.mark(DATABASE, HOST).await?;
        call.through = bench.address();
        // The shop is the same each time, and so is its plan.
        let digest = match &digest {
            Some(digest) => digest,
            None => digest.insert(call.reviewed()?),
        };
        let mut admin = bench.admin(DATABASE).await?;
        loop {
            bench.alone(DATABASE).await?;
            cutter.reset();
            cutter.break_burst(at, Fault::AnswerLost);
            call.through = cutter.address;
            let died = call.apply(digest, &[]);
            let whole = cutter.seen() <= at;
            at += turns;
            if whole {
                ensure!(died.code == 0, "{}{}", died.out, died.err);
                is_anonymised(&bench, &mut admin).await.context("nothing died")?;
                break 'fresh;
            }
            bench.alone(DATABASE).await?;
            let sealed = died.code == 0;
            if !sealed && admin.ask(&begun).await? == "0" && reached == 0 {
                // Nothing was begun: the next place, in the same shop.
                continue;
            }
            reached += 1;
            call.through = bench.address();
            let again = call.apply(digest, &["--wait", "30"]);
            // Where only the answer to the last thing was lost, all of it is done, and the mark says so.
            let was_done = again.code == 3 && again.err.contains("already-anonymised");
            ensure!(again.code == 0 || was_done, "died at {at}: {}{}\n{}{}", died.out, died.err, again.out, again.err);
            is_anonymised(&bench, &mut admin)
                .await
                .with_context(|| format!("died at {at}: {}{}", died.err, again.err))?;
            break;
        }
    }
    ensure!(reached * turns > 15, "it died at {reached} places of {at}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_each_statement_it_comes_to_the_same_end_on_the_oldest_postgres() -> anyhow::Result<()> {
    everywhere(Bench::postgres(&Installation::find(14).context("run `cargo xtask setup`")?).await?, (0, 2)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_each_statement_it_comes_to_the_same_end_on_the_newest_postgres() -> anyhow::Result<()> {
    everywhere(Bench::postgres(&Installation::find(18).context("run `cargo xtask setup`")?).await?, (1, 2)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_each_statement_it_comes_to_the_same_end_on_mysql() -> anyhow::Result<()> {
    everywhere(Bench::mysql(Flavour::Mysql).await?, (0, 2)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_each_statement_it_comes_to_the_same_end_on_mariadb() -> anyhow::Result<()> {
    everywhere(Bench::mysql(Flavour::Mariadb).await?, (1, 2)).await
}
