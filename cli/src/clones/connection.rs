//! How a cluster is connected to, as it is pasted into a shell or a program. The password is named by its secret and never read.

use nightshift::services::rds::Cluster;

/// What to paste, one line each.
pub(crate) fn lines(cluster: &Cluster) -> Vec<String> {
    let Some(host) = &cluster.access.endpoint else {
        return vec![format!("{} has no endpoint yet; nightshift clusters list shows it when it has", cluster.id)];
    };
    let user = cluster.access.master_user.as_deref().unwrap_or("USER");
    let mut lines = Vec::new();
    if cluster.engine == "aurora-mysql" {
        let (port, database) = (cluster.settings.port.unwrap_or(3306), cluster.access.database.as_deref());
        let database = database.unwrap_or_default();
        lines
            .push(format!("mysql --host={host} --port={port} --user={user} --password --ssl-mode=REQUIRED {database}"));
        lines.push(format!("jdbc:mysql://{host}:{port}/{database}?user={user}&sslMode=REQUIRED"));
    } else {
        let port = cluster.settings.port.unwrap_or(5432);
        let database = cluster.access.database.as_deref().unwrap_or("postgres");
        lines.push(format!("psql 'host={host} port={port} user={user} dbname={database} sslmode=require'"));
        lines.push(format!("jdbc:postgresql://{host}:{port}/{database}?user={user}&sslmode=require"));
    }
    if let Some(secret) = &cluster.access.master_secret {
        lines.push(format!(
            "password: aws secretsmanager get-secret-value --region {} --secret-id '{secret}' --query SecretString",
            cluster.region
        ));
    }
    lines.iter().map(|line| line.trim_end().to_owned()).collect()
}
