//! A notice as a message. Key ids are cut to their last four characters: whoever owns them knows them by that, and a
//! message travels.

use jiff::Timestamp;

use super::Notice;
use crate::keys::naming::masked;
use crate::keys::plan::KeyFacts;
use crate::keys::policy::Ages;
use crate::keys::tags::Kind;
use crate::notify::{Clock, Entry, Language, Letter, Section, Tone, shell_word};

/// Where and when a message is written.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    /// Twelve digits.
    pub account: &'a str,
    /// Where secrets are kept.
    pub region: &'a str,
    /// The name of the user's secret.
    pub secret: &'a str,
    /// How long each state lasts.
    pub ages: Ages,
    /// The moment of the run.
    pub now: Timestamp,
    /// How moments are shown, and the language.
    pub clock: Clock<'a>,
}

/// The message of `notice`.
pub fn letter(notice: Notice<'_>, setting: Setting<'_>) -> Letter {
    let Setting { account, clock, now, .. } = setting;
    let language = clock.language;
    let (user, tone) = (&notice.user.name, tone(notice.kind));
    let place = language.pick(format!("account {account}"), format!("cuenta {account}"));
    let mut entry = Entry::new(user, &place);
    for key in &notice.facts.keys {
        entry = entry.fact(&key_label(key, language), &key_words(key, setting));
    }
    entry = match notice.kind {
        Kind::Rotated => how_to_fetch(entry.note(&after_rotation(notice, setting)), setting),
        Kind::Warning => entry.note(&before_rotation(setting)),
        Kind::Held => how_to_fetch(entry.note(&language.pick(
            "The old key is held: it goes on working until it is quiet, or until the end of the hold.".to_owned(),
            "La clave antigua se mantiene: funciona hasta que deje de usarse, o hasta el final de la espera.".to_owned(),
        )), setting),
        Kind::Deactivated => how_to_return(entry, notice, setting),
        Kind::Leaked => how_to_fetch(entry.note(&language.pick(
            "Look at once at what it was used for (AWS CloudTrail) and what it may do; sessions made with it live on.".to_owned(),
            "Revise de inmediato para qué se usó (AWS CloudTrail) y qué permisos tiene; sus sesiones siguen activas.".to_owned(),
        )), setting),
        Kind::Cannot => entry.note(&language.pick(
            "Both slots are taken, so no new key can be made. Delete the one you no longer need; the rest happens by itself.".to_owned(),
            "Las dos plazas están ocupadas y no se puede crear otra clave. Elimine la que ya no necesite; lo demás es automático.".to_owned(),
        )),
        Kind::Deleted => entry,
    };
    let heading = heading(notice, language);
    Letter {
        subject: format!("[{account}] {user}: {heading}"),
        tone,
        lead: Vec::new(),
        sections: Section::of(heading, tone, vec![entry]).into_iter().collect(),
        footer: vec![language.pick(
            format!("key-rotation of Nightshift in account {account}, {}.", clock.show(now)),
            format!("key-rotation de Nightshift en la cuenta {account}, {}.", clock.show(now)),
        )],
        lang: language.code(),
    }
}

const fn tone(kind: Kind) -> Tone {
    match kind {
        Kind::Deleted => Tone::Calm,
        Kind::Leaked => Tone::Alarm,
        Kind::Warning | Kind::Rotated | Kind::Deactivated | Kind::Held | Kind::Cannot => Tone::Warning,
    }
}

fn heading(notice: Notice<'_>, language: Language) -> String {
    let key = masked(notice.key);
    match (notice.kind, language) {
        (Kind::Warning, Language::English) => format!("access key {key} will be rotated soon"),
        (Kind::Warning, Language::Spanish) => format!("la clave de acceso {key} se rotará pronto"),
        (Kind::Rotated, Language::English) => format!("new access key {key} is ready to fetch"),
        (Kind::Rotated, Language::Spanish) => format!("la nueva clave de acceso {key} está lista"),
        (Kind::Deactivated, Language::English) => format!("access key {key} was switched off"),
        (Kind::Deactivated, Language::Spanish) => format!("la clave de acceso {key} se ha desactivado"),
        (Kind::Deleted, Language::English) => format!("access key {key} was deleted"),
        (Kind::Deleted, Language::Spanish) => format!("la clave de acceso {key} se ha eliminado"),
        (Kind::Held, Language::English) => format!("old access key {key} is still in use"),
        (Kind::Held, Language::Spanish) => format!("la clave antigua {key} sigue en uso"),
        (Kind::Cannot, Language::English) => format!("access key {key} cannot be rotated"),
        (Kind::Cannot, Language::Spanish) => format!("la clave de acceso {key} no se puede rotar"),
        (Kind::Leaked, Language::English) => format!("access key {key} leaked and was switched off"),
        (Kind::Leaked, Language::Spanish) => format!("la clave de acceso {key} se ha filtrado y se ha desactivado"),
    }
}

fn key_label(key: &KeyFacts, language: Language) -> String {
    language.pick(format!("Key {}", masked(&key.id)), format!("Clave {}", masked(&key.id)))
}

fn key_words(key: &KeyFacts, Setting { clock, .. }: Setting<'_>) -> String {
    let language = clock.language;
    let mut words = vec![language.pick(format!("{} days old", key.age_days), format!("{} días", key.age_days))];
    words.push(match &key.last_used {
        None => language.pick("last use not known", "último uso desconocido").to_owned(),
        Some(last) => match (last["at"].as_str().and_then(|at| at.parse().ok()), last["service"].as_str()) {
            (Some(at), service) => language.pick(
                format!("last used {} for {}", clock.show(at), service.unwrap_or("?")),
                format!("último uso {} para {}", clock.show(at), service.unwrap_or("?")),
            ),
            _ => language.pick("never used", "nunca usada").to_owned(),
        },
    });
    if let Some(day) = key.fetched {
        let day = day.strftime("%Y-%m-%d");
        words.push(language.pick(format!("fetched on {day}"), format!("obtenida el {day}")));
    }
    words.join(", ")
}

fn after_rotation(notice: Notice<'_>, Setting { ages, now, clock, .. }: Setting<'_>) -> String {
    let hours = i64::from(ages.overlap) * 24;
    let until = now.checked_add(jiff::SignedDuration::from_hours(hours)).unwrap_or(now);
    let Some(old) = notice.other else {
        return clock.language.pick("It is the only key.", "Es la única clave.").to_owned();
    };
    let (old, until) = (masked(old), clock.show(until));
    clock.language.pick(
        format!(
            "Old key {old} goes on working until {until}, and longer while it is in use. Fetch the new one before."
        ),
        format!(
            "La clave antigua {old} funciona hasta el {until}, y más tiempo si sigue en uso. Obtenga antes la nueva."
        ),
    )
}

fn before_rotation(Setting { ages, clock, .. }: Setting<'_>) -> String {
    let (warn, overlap) = (ages.warn, ages.overlap);
    clock.language.pick(
        format!(
            "Within {warn} days a new key will be waiting for you; the old one then works for {overlap} more days."
        ),
        format!("Antes de {warn} días le esperará una clave nueva; la antigua funcionará {overlap} días más."),
    )
}

fn how_to_fetch(entry: Entry, Setting { region, secret, clock, .. }: Setting<'_>) -> Entry {
    let label = clock.language.pick("To fetch the key", "Para obtener la clave");
    let line = format!(
        "aws secretsmanager get-secret-value --region {region} --secret-id {} --query SecretString --output text",
        shell_word(secret)
    );
    entry.command(label, &line)
}

fn how_to_return(entry: Entry, notice: Notice<'_>, Setting { ages, clock, .. }: Setting<'_>) -> Entry {
    let note = clock.language.pick(
        format!("It is deleted after {} days. Until then it can be brought back.", ages.recovery),
        format!("Se eliminará dentro de {} días. Hasta entonces se puede recuperar.", ages.recovery),
    );
    let event = serde_json::json!({"mode": "apply", "rollback": {"user": notice.user.name}}).to_string();
    let line = format!(
        "aws lambda invoke --function-name key-rotation --cli-binary-format raw-in-base64-out --payload {} /dev/stdout",
        shell_word(&event)
    );
    let label = clock.language.pick("To bring it back, an operator runs", "Para recuperarla, un operador ejecuta");
    entry.note(&note).command(label, &line)
}
