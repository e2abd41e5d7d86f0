//! What is said of keys that leaked or may have: what becomes of the user's other key, and what a person does next.

use super::Notice;
use super::setting::Setting;
use crate::domains::keys::naming::{id_in_a_command, masked};
use crate::domains::keys::tags::Memory as _;
use crate::notify::{Entry, shell_word};
use crate::services::iam::Status;
use crate::text::printable;

/// A key leaked and is off.
pub(super) fn leaked(entry: Entry, notice: Notice<'_>, setting: Setting<'_>) -> Entry {
    let language = setting.clock.language;
    let entry = entry.note(language.pick(
        "Look at once at what it was used for (AWS CloudTrail) and what it may do; sessions made with it live on.",
        "Revise de inmediato para qué se usó (AWS CloudTrail) y qué permisos tiene; sus sesiones siguen activas.",
    ));
    match Other::of(notice, setting) {
        Other::None => entry.note(language.pick(
            "It was the only key, so nothing works now. A new one is made as soon as it can be stored, and a message then says how to \
             fetch it. Until that comes, the operators' report says what is in the way.",
            "Era la única clave y ahora ninguna funciona. Se creará otra en cuanto se pueda guardar, y un mensaje dirá cómo obtenerla. \
             Hasta entonces, el informe de los operadores dice qué lo impide.",
        )),
        Other::Named(other) => entry.note(&language.pick(
            format!(
                "The other key, {other}, is called compromised, too, and is not off yet: take it for one that strangers use, and switch \
                 it off by hand if no message says that it is off."
            ),
            format!(
                "La otra clave, {other}, también se considera comprometida y aún no está desactivada: dé por hecho que la usan extraños y \
                 desactívela a mano si ningún mensaje dice que ya lo está."
            ),
        )),
        Other::Works(other) => entry.note(&language.pick(
            format!("The other key, {other}, was not named and goes on working. It can only be rotated once the leaked one is deleted."),
            format!("La otra clave, {other}, no se mencionó y sigue funcionando. Solo se podrá rotar cuando se elimine la filtrada."),
        )),
        Other::Off(other) => {
            let note = language.pick(
                format!(
                    "The other key, {other}, is off as well, so nothing works now. An operator can bring it back (event 'rollback'); or \
                     delete one of the two, and the next run makes a new key."
                ),
                format!(
                    "La otra clave, {other}, también está desactivada y ahora ninguna funciona. Un operador puede recuperarla (evento \
                     'rollback'); o elimine una de las dos y la siguiente ejecución creará otra."
                ),
            );
            entry.note(&note)
        }
        Other::Leaked(other) => {
            let note = language.pick(
                format!(
                    "The other key, {other}, leaked too, so nothing works now, and there is no room for a new key. Once the investigation \
                     needs one of them no more, delete it; the next run then makes a new key."
                ),
                format!(
                    "La otra clave, {other}, también se filtró: ahora ninguna funciona y no cabe otra. Cuando la investigación ya no \
                     necesite una de las dos, elimínela y la siguiente ejecución creará otra."
                ),
            );
            let user = shell_word(&notice.user.name);
            let line = format!(
                "aws iam delete-access-key --user-name {user} --access-key-id {}",
                id_in_a_command(&user, notice.key)
            );
            entry.note(&note).command(language.pick("To delete this one", "Para eliminar esta"), &line)
        }
    }
}

/// The user's other key, as its end.
enum Other {
    None,
    /// It works, and the event names it as well.
    Named(String),
    Works(String),
    Off(String),
    Leaked(String),
}

impl Other {
    fn of(notice: Notice<'_>, setting: Setting<'_>) -> Self {
        let Some(other) = notice.other else { return Self::None };
        let works = notice.facts.keys.iter().any(|key| key.id == other && key.status == Status::Active);
        // Which are to go off in the same breath stands with the user's keys; those that went are noted.
        match (notice.user.tags.leaked(other), works) {
            (true, _) => Self::Leaked(masked(other)),
            (false, true) if setting.named.iter().any(|named| named == other) => Self::Named(masked(other)),
            (false, true) => Self::Works(masked(other)),
            (false, false) => Self::Off(masked(other)),
        }
    }
}

/// Something points to a key in wrong hands, and the policy leaves it on.
pub(super) fn suspected(entry: Entry, notice: Notice<'_>, setting: Setting<'_>) -> Entry {
    let language = setting.clock.language;
    let note = language.pick(
        "Nothing was switched off: this sign can be a false alarm, and the policy says to tell people. Look at what the keys were used \
         for (AWS CloudTrail). If one is in wrong hands, an operator has it switched off at once:",
        "No se ha desactivado nada: esta señal puede ser una falsa alarma y la política dice que se avise. Revise para qué se usaron las \
         claves (AWS CloudTrail). Si alguna está en malas manos, un operador la desactiva de inmediato:",
    );
    let user = shell_word(&notice.user.name);
    let id = if notice.key.starts_with("AKIA") { id_in_a_command(&user, notice.key) } else { "AKIA…".to_owned() };
    let line = format!("aws iam update-access-key --user-name {user} --access-key-id {id} --status Inactive");
    entry.note(note).command(language.pick("To switch it off", "Para desactivarla"), &line)
}

/// AWS itself holds the user's credentials to be compromised.
pub(super) fn quarantined(entry: Entry, setting: Setting<'_>) -> Entry {
    entry.note(&setting.clock.language.pick(
        format!(
            "AWS attached this policy because it holds a key of the user to be compromised, and has opened a support case in account \
             {}. Nothing was switched off. Do what the case says; while the policy is attached, Nightshift deletes no key of the user.",
            printable(setting.account)
        ),
        format!(
            "AWS adjuntó esta política porque considera comprometida una clave del usuario, y ha abierto un caso de soporte en la cuenta \
             {}. No se ha desactivado nada. Haga lo que diga el caso; mientras la política siga adjunta, Nightshift no elimina ninguna clave.",
            printable(setting.account)
        ),
    ))
}
