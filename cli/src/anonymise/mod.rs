//! `clusters anonymise`: what rules would make of a database, or rules to begin with. Both only read. `--apply` carries a reviewed
//! plan out on a copy.

mod apply;
mod key;
mod shown;

use std::io::Read as _;
use std::path::Path;

use anyhow::Context as _;
use nightshift::config::Settings;
use nightshift::domains::anonymise::{plan, rules, suggest};
use nightshift::secret::Secret;
use nightshift::servers::catalog;
use nightshift::services::sql::{Endpoint, Engine, Reach, Session};

use crate::args::{Address, AnonymiseArgs, PlanFormat};
use crate::desk::Desk;
use crate::event;
use crate::output::{Ending, Output, Words};
use crate::told::Told;

/// See the module.
pub(crate) async fn run(args: AnonymiseArgs, desk: &Desk) -> anyhow::Result<Ending> {
    // What is wrong with the rules is said before anybody logs in anywhere.
    let rules = args.rules.as_deref().map(read).transpose()?;
    let order = apply::order(&args)?;
    let session = open(&args, desk).await?;
    if let (Some((rules, text)), Some(order)) = (&rules, order) {
        return apply::run(session, order.of(rules.clone(), text), &args, desk).await;
    }
    let schema = catalog::schema(&session, &args.database.database).await.map_err(|error| told(&error))?;
    let output = Output::new(Words::CanBeHadAgain, desk);
    let Some((rules, _)) = rules else {
        let sampled = catalog::sample(&session, &schema).await.map_err(|error| told(&error))?;
        output.show(&suggest::suggest(&schema, &sampled));
        return Ok(output.end(Ending::Done));
    };
    let plan = plan::make(&rules, &schema);
    match args.output {
        PlanFormat::Text => shown::show(&plan, &args.database, &output),
        PlanFormat::Sql => output.show(&plan.sql()),
        PlanFormat::Json => output.say(&serde_json::to_string_pretty(&plan)?),
    }
    if args.output != PlanFormat::Text {
        shown::complain_of(&plan);
    }
    Ok(output.end(if plan.ready().is_ok() { Ending::Done } else { Ending::Tripped }))
}

/// The rules, and the text they are read from.
fn read(path: &Path) -> anyhow::Result<(rules::Rules, String)> {
    let shown = path.display();
    let text = event::text(path).with_context(|| format!("could not read the rules {shown}"))?;
    let rules = rules::read(&text).map_err(|faults| {
        Told::error(
            format!("{shown}: {faults}"),
            "docs/anonymise.md has every rule; `--suggest` writes a file to begin with",
        )
    })?;
    Ok((rules, text))
}

async fn open(args: &AnonymiseArgs, desk: &Desk) -> anyhow::Result<Session> {
    let mut settings = Settings::of(&desk.environment);
    let reach = Reach::read(&mut settings);
    let trust = reach.trust().context("nobody is to be believed about the server's name")?;
    let Address { engine, user, host, port, database } = args.database.clone();
    let password = password(args, engine, desk)?;
    let endpoint = Endpoint {
        engine,
        host,
        tls_name: None,
        port,
        through: reach.address,
        trust,
        lock_timeout: reach.lock_timeout,
        // What is carried out takes as long as it takes.
        statement_timeout: if args.apply { std::time::Duration::ZERO } else { reach.statement_timeout },
    };
    endpoint.log_in(&user, &password, &database).await.map_err(|error| told(&error))
}

/// Where every client of the server looks for it, or a file.
fn password(args: &AnonymiseArgs, engine: Engine, desk: &Desk) -> anyhow::Result<Secret> {
    let variable = if engine == Engine::Postgres { "PGPASSWORD" } else { "MYSQL_PWD" };
    if let Some(path) = &args.password_file {
        let shown = path.display();
        let mut text = String::new();
        if path == Path::new("-") {
            std::io::stdin().read_to_string(&mut text).context("could not read the password")?;
        } else {
            text = std::fs::read_to_string(path).with_context(|| format!("could not read the password in {shown}"))?;
        }
        return Ok(Secret::new(text.trim_end_matches(['\r', '\n']).to_owned()));
    }
    let found = desk.environment.get(variable).map(|text| Secret::new(text.to_owned()));
    found.ok_or_else(|| {
        Told::error(
            format!("no password of {} is known; nobody logged in", nightshift::text::printable(&args.database.user)),
            format!("put it into {variable}, or name its file by --password-file (- is standard input)"),
        )
    })
}

fn told(error: &nightshift::services::sql::SqlError) -> anyhow::Error {
    Told::error(error.to_string(), error.fix())
}
