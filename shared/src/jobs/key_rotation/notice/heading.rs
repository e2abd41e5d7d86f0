//! The one line that says what a notice is about, and how urgent it is.

use super::Notice;
use super::setting::Setting;
use crate::domains::keys::naming::masked;
use crate::domains::keys::tags::{KeyNotice, Memory as _, Off};
use crate::notify::{Language, Tone};
use crate::text::printable;

/// How urgent it is.
pub(super) fn tone(notice: Notice<'_>) -> Tone {
    match notice.kind {
        KeyNotice::Deleted => Tone::Calm,
        KeyNotice::Leaked | KeyNotice::Suspected | KeyNotice::Quarantined => Tone::Alarm,
        KeyNotice::Held if Hold::of(notice) == Hold::Leaked => Tone::Alarm,
        _ => Tone::Warning,
    }
}

/// Why a key that should be off is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hold {
    /// It is past its time and still used.
    InUse,
    /// It was off, and somebody switched it on again.
    CameBack,
    /// The same, of one that leaked.
    Leaked,
}

impl Hold {
    pub(super) fn of(notice: Notice<'_>) -> Self {
        let tags = &notice.user.tags;
        match tags.off(notice.key) {
            _ if tags.leaked(notice.key) => Self::Leaked,
            Some(Off::Done(_) | Off::Back(_)) => Self::CameBack,
            Some(Off::Todo(_)) | None => Self::InUse,
        }
    }
}

/// What it is about.
pub(super) fn heading(notice: Notice<'_>, setting: Setting<'_>) -> String {
    let (key, language) = (masked(notice.key), setting.clock.language);
    let other = masked(notice.other.unwrap_or_default());
    let (english, spanish) = match notice.kind {
        KeyNotice::Warning => {
            (format!("access key {key} will be rotated soon"), format!("la clave de acceso {key} se rotará pronto"))
        }
        KeyNotice::Unused => (
            format!("nobody uses access key {key}, and it will be switched off"),
            format!("nadie usa la clave de acceso {key} y se desactivará"),
        ),
        KeyNotice::Rotated => {
            (format!("new access key {key} is ready to fetch"), format!("la nueva clave de acceso {key} está lista"))
        }
        KeyNotice::Deactivated => {
            (format!("access key {key} was switched off"), format!("la clave de acceso {key} se ha desactivado"))
        }
        KeyNotice::Deleted => {
            (format!("access key {key} was deleted"), format!("la clave de acceso {key} se ha eliminado"))
        }
        KeyNotice::Held => match Hold::of(notice) {
            Hold::InUse => {
                (format!("old access key {key} is still in use"), format!("la clave antigua {key} sigue en uso"))
            }
            Hold::CameBack => (
                format!("old access key {key} was switched on again"),
                format!("la clave antigua {key} se ha vuelto a activar"),
            ),
            Hold::Leaked => (
                format!("leaked access key {key} was switched on again"),
                format!("la clave filtrada {key} se ha vuelto a activar"),
            ),
        },
        KeyNotice::NotTakenOver => (
            format!("nobody has taken over new access key {other}"),
            format!("nadie ha empezado a usar la clave nueva {other}"),
        ),
        KeyNotice::Cannot => {
            (format!("access key {key} cannot be rotated"), format!("la clave de acceso {key} no se puede rotar"))
        }
        KeyNotice::Leaked => (
            format!("access key {key} leaked and was switched off"),
            format!("la clave de acceso {key} se ha filtrado y se ha desactivado"),
        ),
        KeyNotice::Suspected => suspected(notice, setting),
        KeyNotice::Quarantined => (
            format!("AWS holds its credentials to be compromised ({})", printable(&key)),
            format!("AWS considera comprometidas sus credenciales ({})", printable(&key)),
        ),
        KeyNotice::Unclaimed => (
            format!("access key {key} has appeared and nobody has claimed it"),
            format!("ha aparecido la clave de acceso {key} y nadie la ha reclamado"),
        ),
        KeyNotice::Astray => (
            format!("the secret does not hand out new access key {key}"),
            format!("el secreto no entrega la nueva clave de acceso {key}"),
        ),
    };
    match language {
        Language::English => english,
        Language::Spanish => spanish,
    }
}

fn suspected(notice: Notice<'_>, setting: Setting<'_>) -> (String, String) {
    let sign = printable(setting.sign.unwrap_or("a sign"));
    if notice.key.starts_with("AKIA") {
        let key = masked(notice.key);
        return (
            format!("access key {key} may be in wrong hands ({sign})"),
            format!("la clave de acceso {key} puede estar en malas manos ({sign})"),
        );
    }
    (
        format!("its access keys may be in wrong hands ({sign})"),
        format!("sus claves de acceso pueden estar en malas manos ({sign})"),
    )
}
