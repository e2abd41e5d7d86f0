//! The master user's secret and the server it belongs to. An event must not be able to send the master's password
//! elsewhere: its host is the one in the secret, or one that RDS names an endpoint of the server the secret belongs to.

use crate::domains::databases::Content;
use crate::secret::Secret;
use crate::services::aws::{AwsError, Kind};
use crate::services::rds::{Listening, RdsReader};
use crate::services::secrets::SecretsReader;
use crate::text::printable;

/// Whose password is to be read, and for which server.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The secret's name or ARN.
    pub secret: &'a str,
    /// Where its password is to be sent.
    pub host: &'a str,
    /// What names the secret, for whoever has to correct it.
    pub named_by: &'a str,
}

/// Who this run logs in as, and where.
#[derive(Debug)]
pub struct Master {
    /// The secret's ARN.
    pub arn: String,
    /// Its user.
    pub user: String,
    /// And that one's password.
    pub password: Secret,
    /// The name that the server's certificate bears, where its secret says another than the host's.
    pub tls_name: Option<String>,
    /// Where the secret or RDS says the server listens.
    pub port: Option<u16>,
    /// The server, as AWS's shape of secrets names one.
    pub server: Option<(&'static str, String)>,
    /// What RDS calls it for good, where it knows the server: a name can come to belong to another.
    pub resource_id: Option<String>,
}

/// Why there is no master to log in as.
#[derive(Debug, thiserror::Error)]
pub enum MasterFault {
    /// It could not be read.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// It is none, or another server's.
    #[error("{0}")]
    Refused(String),
}

/// Reads the secret that is `asked` for and makes sure that the server is its own.
pub async fn read(asked: Asked<'_>, secrets: &SecretsReader, rds: &RdsReader) -> Result<Master, MasterFault> {
    let Asked { secret: name, host, named_by } = asked;
    let shown = printable(name);
    let refuse = |what: &str| MasterFault::Refused(format!("the master secret {shown} {what}"));
    let Some((arn, value)) = secrets.current(name).await? else {
        return Err(refuse(&format!("is not there; check {named_by}")));
    };
    let value = value.ok_or_else(|| refuse("holds nothing"))?;
    let content = Content::read(&value).ok_or_else(|| refuse("holds no JSON object"))?;
    let (Some(user), Some(password)) = (content.text("username").map(str::to_owned), content.password()) else {
        return Err(refuse("has no username or no password"));
    };
    let identifier = |key: &str| content.text(key).map(str::to_owned);
    let (mut cluster, mut instance) = (identifier("dbClusterIdentifier"), identifier("dbInstanceIdentifier"));
    let named = content.text("host").is_some_and(|named| named.eq_ignore_ascii_case(host));
    if !named && cluster.is_none() && instance.is_none() {
        // A secret that RDS manages says in its tags whose it is.
        let tags = secrets.describe(name).await?.map(|found| found.tags).unwrap_or_default();
        cluster = tags.get("aws:rds:primaryDBClusterArn").map(last);
        instance = tags.get("aws:rds:primaryDBInstanceArn").map(last);
    }
    let server = match (&cluster, &instance) {
        (Some(id), _) => Some(("dbClusterIdentifier", id.clone())),
        (None, Some(id)) => Some(("dbInstanceIdentifier", id.clone())),
        (None, None) => None,
    };
    let mut port = content.port();
    let known = match (&cluster, &instance) {
        (Some(id), _) if named => rds.cluster_alone(id).await,
        (Some(id), _) => rds.listening_cluster(id).await,
        (None, Some(id)) => rds.listening_instance(id).await,
        (None, None) => Ok(Listening::default()),
    };
    let known = match known {
        // The secret itself says where; what RDS calls the server comes in addition.
        Err(error) if named && error.kind == Kind::Denied => Listening::default(),
        other => other?,
    };
    if !named {
        let here = known.endpoints.iter().find(|(found, _)| found.eq_ignore_ascii_case(host));
        let Some((_, found)) = here else {
            return Err(refuse(&format!(
                "is not that of the server {}: it names {}, and RDS knows no such endpoint of its server; the master's \
                 password was sent nowhere",
                printable(host),
                content.text("host").map_or_else(|| "no host".to_owned(), printable),
            )));
        };
        port = found.or(port);
    }
    let tls_name = content.text("tlsServerName").map(str::to_owned);
    Ok(Master { arn, user, password, tls_name, port, server, resource_id: known.resource_id })
}

/// The identifier at the end of an ARN.
fn last(arn: &str) -> String {
    arn.rsplit(':').next().unwrap_or(arn).to_owned()
}
