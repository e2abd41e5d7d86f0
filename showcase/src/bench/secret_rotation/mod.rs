//! `secret-rotation` on real servers: calls to AWS, logins and statements of a rotation by each strategy, against the least, and beside
//! what AWS's own templates do. How it starts, and how much memory it holds, is measured as of every function.

mod quiet;
mod world;

use std::sync::Arc;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use super::table::{Section, Target, ratio};
use super::{Account, Subject, program};
use nightshift_testkit::database::{DatabaseWorld, Flavour, Installation, MysqlWorld};
use nightshift_testkit::function::FunctionProcess;
use nightshift_testkit::repository;
use world::{Cost, ROTATIONS, Rotated};

/// See the module.
#[derive(Debug, Clone, Copy)]
pub struct SecretRotation;

impl Subject for SecretRotation {
    const NAME: &'static str = "secret-rotation";
    const LEAST: &'static str = "";

    fn policy(&self) -> Vec<(&'static str, &'static str)> {
        Vec::new()
    }

    /// Asked about a version that is handed out already, it looks and has nothing to do.
    fn event(&self) -> Value {
        json!({ "SecretId": quiet::ARN, "ClientRequestToken": quiet::VERSION, "Step": "createSecret" })
    }

    fn quiet_account(&self) -> Arc<dyn Account> {
        Arc::new(quiet::Rotated)
    }
}

/// One strategy on one kind of server, and the least a rotation by it can take.
struct Case {
    words: &'static str,
    paired: bool,
    dual: bool,
    least: Least,
    /// Whether the script does it as their template.
    is_counted: bool,
}

struct Least {
    calls: f64,
    logins: f64,
    statements: f64,
}

const SINGLE: Case = Case {
    words: "one login, PostgreSQL",
    paired: false,
    dual: false,
    least: Least { calls: 15.0, logins: 2.0, statements: 1.0 },
    is_counted: true,
};
const PAIR: Case = Case {
    words: "two logins, PostgreSQL",
    paired: true,
    dual: false,
    least: Least { calls: 18.0, logins: 3.0, statements: 7.0 },
    is_counted: true,
};
const DUAL: Case = Case {
    words: "one login with two passwords, MySQL",
    paired: false,
    dual: true,
    least: Least { calls: 16.0, logins: 3.0, statements: 3.0 },
    is_counted: false,
};
const ACCOUNTS: Case = Case {
    words: "two accounts, MySQL",
    paired: true,
    dual: false,
    least: Least { calls: 19.0, logins: 5.0, statements: 16.0 },
    is_counted: true,
};

pub(super) fn section() -> Section {
    let how = format!(
        "{ROTATIONS} rotations of one secret, one after the other, after a first one that makes what the strategy takes; figures are \
         those of one, by the four steps as Secrets Manager calls for them. The servers are real, with TLS and a master that is no \
         superuser; AWS is the stand-in. *Calls* are those to Secrets Manager and RDS; each step of `secret-rotation` asks STS besides \
         who it is, which is the *spare* in its target. *Logins* are connections to the server, whether it lets in or not. *Statements* \
         are what the server logged, without those that begin and end transactions or say how long one waits.\n\n\
         *Least*: each step asks how the secret stands before it does anything; `createSecret` reads what is handed out, looks for a \
         value of the same token, and stores one; `setSecret` reads both, and asks how the secret stands once more before it sets a password; `testSecret` reads the coming one; `finishSecret` reads \
         both, moves the label, and takes the other away. Two logins: which proxies log in by the secret, and the master's \
         secret, with one call to RDS where that names its server by an identifier, as the PostgreSQL one does here; on \
         MySQL what was handed out before is read, which shows whose the other login is. `setSecret` tries the current \
         password, where there are two the coming one as well, or of two logins the current one and the master's, and `testSecret` the coming one. On MySQL two accounts can be compared by the master \
         alone, after each of the others was tried.\n\n\
         The least statements: the password; of two logins on PostgreSQL five questions about both, sent together, and whom either acts \
         as; of one with two passwords whether it may keep one, and the lock that another call of the step waits for; of two accounts, in `setSecret` and again in `testSecret`, from which \
         host, who the master is, the two, and the grants and default roles of each, and once the lock that others wait for.\n\n\
         AWS's templates are a script here, `showcase/bench/secret_rotation.py`, which makes the calls, logins and statements of the \
         published ones at the commits it names: they are in no package registry. A password that is refused they send again in clear \
         text, unless the secret says `ssl`; that login is counted, and no server here takes it. Their template for two passwords logs in as the master, and is not counted."
    );
    let columns = ["strategy", "a rotation", SecretRotation::NAME, "least", "target", "", "AWS's templates", "ratio"];
    Section::new("Rotation of a password", how, &columns)
}

/// Adds the rows.
pub(super) async fn measure(section: &mut Section) -> anyhow::Result<()> {
    let postgres = Installation::any()?;
    for case in [SINGLE, PAIR] {
        let own = cost(&DatabaseWorld::new(&postgres).await?, &case, Program::Own).await?;
        let theirs = cost(&DatabaseWorld::new(&postgres).await?, &case, Program::Template).await?;
        rows(section, &case, &own, Some(&theirs));
    }
    let mysql = Flavour::Mysql.find().context("no MySQL is here: run `cargo xtask setup`")?;
    for case in [DUAL, ACCOUNTS] {
        let own = cost(&MysqlWorld::new(&mysql).await?, &case, Program::Own).await?;
        let theirs = if case.is_counted {
            Some(cost(&MysqlWorld::new(&mysql).await?, &case, Program::Template).await?)
        } else {
            None
        };
        rows(section, &case, &own, theirs.as_ref());
    }
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Program {
    Own,
    Template,
}

async fn cost<R: Rotated>(world: &R, case: &Case, program: Program) -> anyhow::Result<Cost> {
    world::make(world, case.paired, case.dual).await?;
    let cutter = world.cutter()?;
    let environment = world.environment(&cutter);
    let mut process = match program {
        Program::Own => FunctionProcess::start(&program::binary(SecretRotation::NAME), &environment)?,
        Program::Template => {
            let root = repository::root();
            let python = root.join(".tools/bench/bin/python");
            ensure!(python.exists(), "psycopg is not set up in .tools/bench: run this as `cargo xtask bench`");
            let arguments = [root.join("showcase/bench/runtime.py").into(), "secret_rotation".into()];
            FunctionProcess::start_with(&python, &arguments, &environment)?
        }
    };
    world::rotations(world, &cutter, &mut process).await.with_context(|| format!("{}, {program:?}", case.words))
}

fn rows(section: &mut Section, case: &Case, own: &Cost, theirs: Option<&Cost>) {
    let Least { calls, logins, statements } = case.least;
    let spare = own.spare_calls;
    let of = |pick: fn(&Cost) -> f64| theirs.map(pick);
    for (figure, own, least, spare, theirs) in [
        ("calls to AWS", own.calls + spare, calls, spare, of(|cost| cost.calls + cost.spare_calls)),
        ("logins", own.logins, logins, 0.0, of(|cost| cost.logins)),
        ("statements", own.statements, statements, 0.0, of(|cost| cost.statements)),
    ] {
        let words = if spare == 0.0 { "least".to_owned() } else { format!("least + {spare}") };
        let figures = [case.words.to_owned(), figure.to_owned(), own.to_string(), least.to_string()];
        let target = Target { words, met: own <= least + spare };
        let beside = theirs.map_or_else(
            || ["not counted".to_owned(), String::new()],
            |theirs| [theirs.to_string(), ratio(own, theirs)],
        );
        section.row(&figures, Some(target), &beside);
    }
}
