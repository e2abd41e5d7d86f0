//! The server with the shop on it, whoever looks into it, and whoever types the commands.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};
use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{LineStyle, Table, TableStyle};

use nightshift_testkit::database::postgres::{MASTER, PASSWORD, RDS_ADMIN};
use nightshift_testkit::database::{Client, Installation, Postgres};
use nightshift_testkit::repository;

/// As it is typed.
pub(super) const COMMAND: &str = "nightshift";
/// What is anonymised.
pub(super) const DATABASE: &str = "shop";
/// The server's own name, which its certificate bears.
pub(super) const HOST: &str = "shop-copy.cluster-x.eu-west-1.rds.amazonaws.com";
/// Where the command is pointed at.
pub(super) const URL: &str = "postgres://master@shop-copy.cluster-x.eu-west-1.rds.amazonaws.com/shop";
const STYLE: TableStyle = UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none());
/// What is shown of it, each with its columns.
const LOOKS: [(&str, &[&str]); 4] = [
    ("SELECT * FROM customer ORDER BY id LIMIT 3", &["id", "email", "name", "phone", "born", "country", "remark"]),
    (
        "SELECT * FROM purchase WHERE mail = (SELECT email FROM customer WHERE id = 1) ORDER BY id LIMIT 2",
        &["id", "mail", "article", "total"],
    ),
    ("SELECT * FROM audit_log ORDER BY id LIMIT 1", &["id", "row_was"]),
    ("SELECT * FROM regulars ORDER BY name LIMIT 2", &["name", "purchases"]),
];

/// What is in no pseudonym: parts of mail addresses, last names, first digits and remarks there were.
const GONE: &str = "@shop\\.example|Dupont|Ferreira|Etxeberria|\\+34 6|asked for";
/// Where it is looked for.
const LEFT: [(&str, &str); 6] = [
    ("customer", "SELECT count(*) FROM customer c WHERE c::text ~* $1"),
    ("purchase", "SELECT count(*) FROM purchase p WHERE p::text ~* $1"),
    ("visit", "SELECT count(*) FROM visit v WHERE v::text ~* $1"),
    ("audit_log", "SELECT count(*) FROM audit_log a WHERE a::text ~* $1 OR a.id IS NOT NULL"),
    ("regulars", "SELECT count(*) FROM regulars r WHERE r::text ~* $1"),
    (
        "statistics",
        "SELECT count(*) FROM pg_stats WHERE schemaname = 'public' AND \
         (most_common_vals::text ~* $1 OR histogram_bounds::text ~* $1)",
    ),
];
/// What belongs together, and how much of it there was.
const LEADS: [(&str, &str, i64); 4] = [
    (
        "purchases with their customer",
        "SELECT count(*) FROM purchase p JOIN customer c ON c.email = p.mail AND c.id = 1 + p.id % 200",
        600,
    ),
    (
        "visits with their customer",
        "SELECT count(*) FROM visit v JOIN customer c ON c.email = v.visitor AND c.id = 1 + v.id % 200",
        900,
    ),
    ("different mail addresses", "SELECT count(DISTINCT email) FROM customer", 200),
    ("purchases in the view", "SELECT sum(purchases)::bigint FROM regulars", 600),
];

/// See the module.
pub(super) struct Shop {
    command: PathBuf,
    width: u16,
    server: Postgres,
    admin: Client,
}

impl Shop {
    /// Starts a server with the shop in it, which belongs to a role of its own, as a parameter group of RDS has it.
    pub(super) async fn open(command: &Path, width: u16) -> anyhow::Result<Self> {
        let installation = Installation::any()?;
        let server = Postgres::start(&installation, HOST, DATABASE).await?;
        let admin = server.log_in(RDS_ADMIN, PASSWORD, DATABASE).await?;
        let member = if installation.version >= 16 { "WITH SET TRUE, INHERIT FALSE" } else { "" };
        admin
            .batch_execute(&format!(
                "CREATE ROLE owner; GRANT owner TO {MASTER} {member}; GRANT CREATE, USAGE ON SCHEMA public TO owner; \
                 ALTER ROLE {MASTER} SET log_parameter_max_length = 0; SET ROLE owner"
            ))
            .await?;
        admin.batch_execute(include_str!("shop.sql")).await?;
        admin.batch_execute("RESET ROLE").await?;
        Ok(Self { command: command.to_owned(), width, server, admin })
    }

    pub(super) fn version(&self) -> u32 {
        self.server.version
    }

    /// Shows some rows of each table.
    pub(super) async fn tells(&self, out: &mut dyn Write) -> anyhow::Result<String> {
        let mut all = String::new();
        for (query, columns) in LOOKS {
            let mut table = Table::new();
            table.load_style(STYLE).set_header(columns.iter().copied());
            let texts = columns.iter().map(|column| format!("{column}::text")).collect::<Vec<_>>().join(", ");
            for row in self.admin.query(&format!("SELECT {texts} FROM ({query}) AS looked"), &[]).await? {
                table.add_row((0..columns.len()).map(|at| row.get::<_, Option<String>>(at).unwrap_or_default()));
            }
            all.push_str(&table.trim_fmt());
            all.push('\n');
        }
        write!(out, "{all}")?;
        Ok(all)
    }

    /// As a person does who set the copy up.
    pub(super) async fn as_master(&self, statements: &str) -> anyhow::Result<()> {
        Ok(self.server.master(DATABASE).await?.batch_execute(statements).await?)
    }

    /// As the user of RDS itself, which nobody counts as somebody else.
    pub(super) async fn as_rds(&self, statements: &str) -> anyhow::Result<()> {
        Ok(self.admin.batch_execute(statements).await?)
    }

    /// An error if anything of anybody is still to be read.
    pub(super) async fn nobody_is_left(&self) -> anyhow::Result<()> {
        for (what, query) in LEFT {
            let left: i64 = self.admin.query_one(query, &[&GONE]).await?.get(0);
            ensure!(left == 0, "{what}: {left} of whom it was are left");
        }
        Ok(())
    }

    /// An error if rows that belonged together do not any more.
    pub(super) async fn leads_where_it_led(&self) -> anyhow::Result<()> {
        for (what, query, expected) in LEADS {
            let found: i64 = self.admin.query_one(query, &[]).await?.get(0);
            ensure!(found == expected, "{what}: {found}, and not {expected}");
        }
        Ok(())
    }

    /// An error if the server's log has it.
    pub(super) fn keeps_no(&self, key: &str) -> anyhow::Result<()> {
        ensure!(!self.server.log()?.contains(key), "the key of the run is in the server's log");
        Ok(())
    }

    /// Types `line` behind the command's name, and gives what is printed; an error where it does not end with `code`.
    pub(super) async fn types(&self, out: &mut dyn Write, line: &str, code: i32) -> anyhow::Result<String> {
        writeln!(out, "$ {COMMAND} {line}")?;
        out.flush()?;
        let line = line.split(" > ").next().unwrap_or_default();
        let words = line.split_whitespace().filter(|word| *word != "\\");
        let mut command = Command::new(&self.command);
        let shell = command.args(words).env_clear().env("COLUMNS", self.width.to_string());
        shell.env("PGPASSWORD", PASSWORD).env("NIGHTSHIFT_DB_ADDRESS", self.server.address().to_string());
        shell.env("NIGHTSHIFT_DB_CA_FILE", &self.server.certificates.authority);
        shell.env("NIGHTSHIFT_LOCK_TIMEOUT_SECONDS", "1").current_dir(repository::root());
        let done = tokio::task::spawn_blocking(move || command.output()).await??;
        let (said, aside) = (String::from_utf8(done.stdout)?, String::from_utf8(done.stderr)?);
        ensure!(done.status.code() == Some(code), "`{COMMAND} {line}` ended with {}:\n{said}{aside}", done.status);
        // What goes on meanwhile is said aside; so is why nothing was done.
        Ok(if said.is_empty() { aside } else { said })
    }
}

/// Writes a file of the demonstration.
pub(super) fn write(path: &str, text: &str) -> anyhow::Result<()> {
    let path = repository::root().join(path);
    std::fs::create_dir_all(path.parent().context("no folder")?)?;
    std::fs::write(&path, text).with_context(|| format!("could not write {}", path.display()))
}
