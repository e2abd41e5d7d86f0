//! The users of a database made by `terraform apply`: the layer `database-access` beside the fleet, its event refused in
//! part, sent again without a change, replaced, changed, and destroyed.

use std::io::Write;

use anyhow::{bail, ensure};

use super::night::Night;
use super::subjects::Subject;
use super::subjects::db_users::DbUsers;
use super::terraform::Plan;

const MODULE: &str = "module.access";

/// The environment goes with it: what is destroyed last shows that nobody is dropped.
pub(super) async fn prove(out: &mut dyn Write, night: &Night, databases: &mut DbUsers) -> anyhow::Result<()> {
    writeln!(out, "\n  database-access")?;
    night.account.clear().await?;
    databases.fill(&night.account).await?;
    let (one, two) = (databases.name("tf-one"), databases.name("tf-two"));
    let owner = databases.name("tf-owner");
    for (privileges, what) in [("SELECT", "made"), ("SELECT,INSERT", "changed")] {
        let missing = format!("{owner}-{what}");
        night.deployment.add("access.tf", &file(&one, &two, privileges, &missing))?;
        night.deployment.init().await?;
        refused(night, &two).await?;
        ensure!(databases.has_login(&one).await?, "what could be done of the event was not done");
        databases.role(&missing).await?;
        // Nothing was changed in Terraform: what failed is sent again.
        ensure!(night.deployment.plan_of(MODULE).await? == Plan::Changes, "an event that failed is not sent again");
        night.deployment.apply_of(MODULE, &[]).await?;
        ensure!(databases.has_login(&two).await?, "the event was sent again and {two} is not there");
        ensure!(night.deployment.plan_of(MODULE).await? == Plan::Empty, "the plan after the event is not empty");
        writeln!(out, "  users {what}: what was refused failed the apply, and was sent again by the next")?;
    }
    replaced(night).await?;
    ensure!(databases.has_login(&one).await? && databases.has_login(&two).await?, "a user went with a replacement");
    writeln!(out, "  replaced: its event was sent once more, and nobody was dropped")?;
    let before = night.account.calls(DbUsers::NAME).await?;
    night.destroy().await?;
    ensure!(night.account.calls(DbUsers::NAME).await? == before, "a resource that went sent an event");
    ensure!(databases.has_login(&one).await? && databases.has_login(&two).await?, "a user went with its resource");
    writeln!(out, "  destroyed with everything else: the users are still there")?;
    Ok(())
}

/// Old resource, new resource, one event: the new one's.
async fn replaced(night: &Night) -> anyhow::Result<()> {
    let before = night.account.calls(DbUsers::NAME).await?;
    let resource = format!("-replace={MODULE}.aws_lambda_invocation.this[\"shop\"]");
    night.deployment.apply_of(MODULE, &[&resource]).await?;
    let calls = night.account.calls(DbUsers::NAME).await? - before;
    ensure!(calls == 1, "a replacement sent {calls} events");
    Ok(())
}

/// An apply whose event cannot be done in full, and what its error says.
async fn refused(night: &Night, user: &str) -> anyhow::Result<()> {
    let Err(error) = night.deployment.apply_of(MODULE, &[]).await else {
        bail!("an event that was not done in full passed")
    };
    let said = format!("{error:#}");
    // Terraform breaks lines where they are too long for it.
    let words: String = said.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
    for expected in ["1 of 2 not done", user, "role-missing"] {
        ensure!(words.contains(expected), "the error does not say {expected}: {said}");
    }
    Ok(())
}

fn file(one: &str, two: &str, privileges: &str, grantor: &str) -> String {
    format!(
        r#"module "access" {{
  source        = "../../layer/database-access"
  function_name = "nightshift-dev-db-users"

  databases = {{
    shop = {{
{}
      users = {{
        {one} = {{ user_secret_name = "{one}", grant_privileges = "{privileges}" }}
        {two} = {{ user_secret_name = "{two}", grant_privileges = "SELECT", grantor = "{grantor}" }}
      }}
    }}
  }}
}}
"#,
        DbUsers::server_for_terraform()
    )
}
