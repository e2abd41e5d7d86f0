//! A notice as a message. Key ids are cut to their last four characters: whoever owns them knows them by that, and a
//! message travels.

use jiff::Timestamp;

use super::Notice;
use crate::domains::keys::naming::masked;
use crate::domains::keys::tags::{Kind, Memory as _, Off};
use crate::jobs::key_rotation::plan::KeyFacts;
use crate::jobs::key_rotation::policy::Ages;
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
    /// A due key that was never used is switched off instead of being rotated.
    pub deactivate_unused: bool,
    /// The name of the deployed function, for a command to type.
    pub function: &'a str,
    /// The moment of the run.
    pub now: Timestamp,
    /// How moments are shown, and the language.
    pub clock: Clock<'a>,
}

/// The message of `notice`.
pub fn letter(notice: Notice<'_>, setting: Setting<'_>) -> Letter {
    let Setting { account, clock, now, .. } = setting;
    let language = clock.language;
    let (user, tone) = (&notice.user.name, tone(notice));
    let place = language.pick(format!("account {account}"), format!("cuenta {account}"));
    let mut entry = Entry::new(user, &place);
    for key in &notice.facts.keys {
        entry = entry.fact(&key_label(key, language), &key_words(key, setting));
    }
    entry = match notice.kind {
        Kind::Rotated => how_to_fetch(entry.note(&after_rotation(notice, setting)), setting),
        Kind::Warning => entry.note(&before_rotation(notice, setting)),
        Kind::Held => held(entry, notice, setting),
        Kind::NotTakenOver => how_to_fetch(entry.note(&not_taken_over(notice, setting)), setting),
        Kind::Deactivated => how_to_return(entry, notice, setting),
        Kind::Leaked => entry.note(language.pick(
            "Look at once at what it was used for (AWS CloudTrail) and what it may do; sessions made with it live on.",
            "Revise de inmediato para qué se usó (AWS CloudTrail) y qué permisos tiene; sus sesiones siguen activas.",
        )),
        Kind::Cannot => entry.note(&language.pick(
            "Both slots are taken, so no new key can be made. Delete the one you no longer need; the rest happens by itself.".to_owned(),
            "Las dos plazas están ocupadas y no se puede crear otra clave. Elimine la que ya no necesite; lo demás es automático.".to_owned(),
        )),
        Kind::Deleted => entry,
    };
    let heading = heading(notice, setting);
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

fn tone(notice: Notice<'_>) -> Tone {
    match notice.kind {
        Kind::Deleted => Tone::Calm,
        Kind::Leaked => Tone::Alarm,
        Kind::Held if Hold::of(notice) == Hold::Leaked => Tone::Alarm,
        Kind::Warning | Kind::Rotated | Kind::Deactivated | Kind::Held | Kind::NotTakenOver | Kind::Cannot => {
            Tone::Warning
        }
    }
}

/// Why a key that should be off is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hold {
    /// It is past its time and still used.
    InUse,
    /// It was off, and somebody switched it on again.
    CameBack,
    /// The same, of one that leaked.
    Leaked,
}

impl Hold {
    fn of(notice: Notice<'_>) -> Self {
        let tags = &notice.user.tags;
        match tags.off(notice.key) {
            _ if tags.leaked(notice.key) => Self::Leaked,
            Some(Off::Done(_) | Off::Back(_)) => Self::CameBack,
            Some(Off::Todo(_)) | None => Self::InUse,
        }
    }
}

/// Whether the key a warning is about is going to be switched off and not rotated.
fn goes_unused(notice: Notice<'_>, setting: Setting<'_>) -> bool {
    let never = |key: &KeyFacts| key.id == notice.key && key.last_used.as_ref().is_some_and(|last| last == "never");
    setting.deactivate_unused && notice.facts.keys.iter().any(never)
}

fn heading(notice: Notice<'_>, setting: Setting<'_>) -> String {
    let (key, language) = (masked(notice.key), setting.clock.language);
    match (notice.kind, language) {
        (Kind::Warning, _) if goes_unused(notice, setting) => language.pick(
            format!("access key {key} was never used and will be switched off"),
            format!("la clave de acceso {key} nunca se usó y se desactivará"),
        ),
        (Kind::Warning, Language::English) => format!("access key {key} will be rotated soon"),
        (Kind::Warning, Language::Spanish) => format!("la clave de acceso {key} se rotará pronto"),
        (Kind::Rotated, Language::English) => format!("new access key {key} is ready to fetch"),
        (Kind::Rotated, Language::Spanish) => format!("la nueva clave de acceso {key} está lista"),
        (Kind::Deactivated, Language::English) => format!("access key {key} was switched off"),
        (Kind::Deactivated, Language::Spanish) => format!("la clave de acceso {key} se ha desactivado"),
        (Kind::Deleted, Language::English) => format!("access key {key} was deleted"),
        (Kind::Deleted, Language::Spanish) => format!("la clave de acceso {key} se ha eliminado"),
        (Kind::Held, _) => match Hold::of(notice) {
            Hold::InUse => language
                .pick(format!("old access key {key} is still in use"), format!("la clave antigua {key} sigue en uso")),
            Hold::CameBack => language.pick(
                format!("old access key {key} was switched on again"),
                format!("la clave antigua {key} se ha vuelto a activar"),
            ),
            Hold::Leaked => language.pick(
                format!("leaked access key {key} was switched on again"),
                format!("la clave filtrada {key} se ha vuelto a activar"),
            ),
        },
        (Kind::NotTakenOver, _) => {
            let new = masked(notice.other.unwrap_or_default());
            language.pick(
                format!("nobody has taken over new access key {new}"),
                format!("nadie ha empezado a usar la clave nueva {new}"),
            )
        }
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
    if notice.user.tags.leaked(old) {
        let old = masked(old);
        return clock.language.pick(
            format!("Old key {old} leaked and does not work any more."),
            format!("La clave antigua {old} se filtró y ya no funciona."),
        );
    }
    let (old, until) = (masked(old), clock.show(until));
    let note = clock.language.pick(
        format!(
            "Old key {old} goes on working until {until} at least, and as long as nobody has taken the new one over or the old \
             one is in use. Fetch the new one and use it."
        ),
        format!(
            "La clave antigua {old} funciona al menos hasta el {until}, y mientras nadie tenga la nueva o la antigua siga en uso. \
             Obtenga la nueva y úsela."
        ),
    );
    let Some(limit) = ages.hold_limit else { return note };
    let end = now.checked_add(jiff::SignedDuration::from_hours(i64::from(limit) * 24)).unwrap_or(now);
    let end = clock.show(end);
    let even_so = clock.language.pick(
        format!("If nobody takes the new one over, the old one is switched off even so, on {end} at the earliest."),
        format!("Si nadie usa la nueva, la antigua se desactivará en cualquier caso, como pronto el {end}."),
    );
    format!("{note} {even_so}")
}

fn held(entry: Entry, notice: Notice<'_>, setting: Setting<'_>) -> Entry {
    let language = setting.clock.language;
    match Hold::of(notice) {
        Hold::InUse => {
            let end = notice.until.map(|until| setting.clock.show(until));
            let note = match end {
                Some(end) => language.pick(
                    format!("The old key is held: it goes on working until it is quiet, or until {end}."),
                    format!("La clave antigua se mantiene: funciona hasta que deje de usarse, o hasta el {end}."),
                ),
                None => language.pick(
                    "The old key is held: it goes on working until it is quiet.".to_owned(),
                    "La clave antigua se mantiene: funciona hasta que deje de usarse.".to_owned(),
                ),
            };
            how_to_fetch(entry.note(&note), setting)
        }
        Hold::CameBack => {
            let note = language.pick(
                "It stays on until somebody switches it off by hand. Find out what needs it; the new key is here.",
                "Seguirá activa hasta que alguien la desactive a mano. Averigüe qué la necesita; la clave nueva está aquí.",
            );
            how_to_fetch(entry.note(note), setting)
        }
        Hold::Leaked => entry.note(language.pick(
            "Whoever has the leak can use it. Switch it off at once, in the console or with an event 'compromised'.",
            "Quien tenga la filtración puede usarla. Desactívela de inmediato, en la consola o con un evento 'compromised'.",
        )),
    }
}

fn not_taken_over(notice: Notice<'_>, Setting { clock, .. }: Setting<'_>) -> String {
    let old = masked(notice.key);
    match notice.until.map(|until| clock.show(until)) {
        None => clock.language.pick(
            format!("Old key {old} goes on working until somebody fetches the new one or uses it."),
            format!("La clave antigua {old} funciona hasta que alguien obtenga o use la nueva."),
        ),
        Some(end) => clock.language.pick(
            format!(
                "Old key {old} goes on working until somebody fetches the new one or uses it. On {end} it is switched off even so."
            ),
            format!(
                "La clave antigua {old} funciona hasta que alguien obtenga o use la nueva. El {end} se desactivará en cualquier caso."
            ),
        ),
    }
}

fn before_rotation(notice: Notice<'_>, setting: Setting<'_>) -> String {
    let Setting { ages, clock, .. } = setting;
    let (warn, overlap) = (ages.warn, ages.overlap);
    if goes_unused(notice, setting) {
        // It is told so long before, and a day at least.
        let days = warn.max(1);
        return clock.language.pick(
            format!(
                "It is due and nobody ever used it: within {days} days it is switched off. Use it, and it is rotated."
            ),
            format!("Le toca rotar y nadie la usó: antes de {days} días se desactivará. Si la usa, se rotará."),
        );
    }
    let rotated = clock.language.pick(
        format!(
            "Within {warn} days a new key will be waiting for you; the old one then works for {overlap} more days."
        ),
        format!("Antes de {warn} días le esperará una clave nueva; la antigua funcionará {overlap} días más."),
    );
    if !setting.deactivate_unused {
        return rotated;
    }
    let unless = clock.language.pick(
        "If it was never used by then, it is switched off instead.",
        "Si para entonces nunca se usó, en su lugar se desactivará.",
    );
    format!("{rotated} {unless}")
}

fn how_to_fetch(entry: Entry, Setting { region, secret, clock, .. }: Setting<'_>) -> Entry {
    let label = clock.language.pick("To fetch the key", "Para obtener la clave");
    let line = format!(
        "aws secretsmanager get-secret-value --region {region} --secret-id {} --query SecretString --output text",
        shell_word(secret)
    );
    entry.command(label, &line)
}

fn how_to_return(entry: Entry, notice: Notice<'_>, Setting { ages, clock, function, .. }: Setting<'_>) -> Entry {
    let note = clock.language.pick(
        format!("It is deleted after {} days. Until then it can be brought back.", ages.recovery),
        format!("Se eliminará dentro de {} días. Hasta entonces se puede recuperar.", ages.recovery),
    );
    let event = serde_json::json!({"mode": "apply", "rollback": {"user": notice.user.name}}).to_string();
    let line = format!(
        "aws lambda invoke --function-name {} --cli-binary-format raw-in-base64-out --payload {} /dev/stdout",
        shell_word(function),
        shell_word(&event)
    );
    let label = clock.language.pick("To bring it back, an operator runs", "Para recuperarla, un operador ejecuta");
    entry.note(&note).command(label, &line)
}
