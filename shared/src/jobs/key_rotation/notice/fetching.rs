//! How a new key is fetched, and as whom: only its owner and named roles may read it, and an owner without a key that works
//! needs another way in.

use super::Notice;
use super::setting::Setting;
use crate::notify::{Entry, shell_word};
use crate::services::iam::Status;

/// Says as whom, and the command.
pub(super) fn how_to_fetch(entry: Entry, new: &str, notice: Notice<'_>, setting: Setting<'_>) -> Entry {
    let Setting { region, secret, clock, .. } = setting;
    let label = clock.language.pick("To fetch the key", "Para obtener la clave");
    let line = format!(
        "aws secretsmanager get-secret-value --region {region} --secret-id {} --query SecretString --output text",
        shell_word(secret)
    );
    entry.note(&as_whom(new, notice, setting)).command(label, &line)
}

fn as_whom(new: &str, notice: Notice<'_>, Setting { clock, readers, .. }: Setting<'_>) -> String {
    let user = &notice.user.name;
    let has_another = notice.facts.keys.iter().any(|key| key.id != new && key.status == Status::Active);
    let roles: Vec<_> = readers.iter().map(|role| role.rsplit('/').next().unwrap_or(role)).collect();
    let roles = roles.join(", ");
    let pick = |english: String, spanish: String| clock.language.pick(english, spanish);
    match (has_another, readers.is_empty()) {
        (true, true) => pick(
            format!(
                "Run the command below as {user}: with the old key while it works, or in the console's CloudShell."
            ),
            format!("Ejecute la orden siguiente como {user}: con la clave antigua mientras funcione, o en CloudShell."),
        ),
        (true, false) => pick(
            format!("Run the command below as {user} (with the old key while it works), or with the role {roles}."),
            format!(
                "Ejecute la orden siguiente como {user} (con la clave antigua mientras funcione) o con el rol {roles}."
            ),
        ),
        (false, false) => pick(
            format!(
                "{user} has no other key that works: run the command below with the role {roles}, or in the console's CloudShell as {user}."
            ),
            format!(
                "{user} no tiene otra clave que funcione: ejecute la orden siguiente con el rol {roles}, o en CloudShell como {user}."
            ),
        ),
        (false, true) => pick(
            format!(
                "{user} has no other key that works, and nobody else may read the new one. Sign in to the console as {user} and run the \
                 command below in CloudShell. Without a password: an administrator writes role/NAME into the tag nightshift:readers of \
                 {user}, and after the next run that role may read it."
            ),
            format!(
                "{user} no tiene otra clave que funcione y nadie más puede leer la nueva. Entre en la consola como {user} y ejecute la \
                 orden siguiente en CloudShell. Sin contraseña: un administrador escribe role/NOMBRE en la etiqueta \
                 nightshift:readers de {user} y, tras la próxima ejecución, ese rol podrá leerla."
            ),
        ),
    }
}
