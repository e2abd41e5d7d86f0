//! A notice as a message. Key ids are cut to their last four characters: whoever owns them knows them by that, and a
//! message travels.

use super::Notice;
use super::fetching::how_to_fetch;
use super::heading::{Hold, heading, tone};
use super::leaks;
use super::setting::Setting;
use crate::domains::keys::naming::{id_in_a_command, masked};
use crate::domains::keys::tags::{BY_OTHERS, KeyNotice, Memory as _};
use crate::jobs::key_rotation::plan::{KeyFacts, SwitchOffReason};
use crate::notify::{Entry, Language, Letter, Section, shell_word};
use crate::services::iam::Status;

/// The message of `notice`.
pub fn letter(notice: Notice<'_>, setting: Setting<'_>) -> Letter {
    let Setting { account, clock, now, operators, .. } = setting;
    let language = clock.language;
    let (user, tone) = (&notice.user.name, tone(notice));
    let place = language.pick(format!("account {account}"), format!("cuenta {account}"));
    let mut entry = Entry::new(user, &place);
    for key in &notice.facts.keys {
        entry = entry.fact(&key_label(key, language), &key_words(key, setting));
    }
    let entry = body(entry, notice, setting);
    let heading = heading(notice, setting);
    let mut footer = vec![language.pick(
        format!("key-rotation of Nightshift in account {account}, {}.", clock.show(now)),
        format!("key-rotation de Nightshift en la cuenta {account}, {}.", clock.show(now)),
    )];
    if !operators.is_empty() {
        let operators = operators.join(", ");
        footer.push(language.pick(format!("Questions: {operators}"), format!("Preguntas: {operators}")));
    }
    Letter {
        subject: format!("[{account}] {user}: {heading}"),
        tone,
        lead: Vec::new(),
        sections: Section::of(heading, tone, vec![entry]).into_iter().collect(),
        footer,
        lang: language.code(),
    }
}

fn body(entry: Entry, notice: Notice<'_>, setting: Setting<'_>) -> Entry {
    match notice.kind {
        KeyNotice::Rotated => how_to_fetch(entry.note(&after_rotation(notice, setting)), notice.key, notice, setting),
        KeyNotice::Warning => entry.note(&before_rotation(notice, setting)),
        KeyNotice::Unused => entry.note(&unused(notice, setting)),
        KeyNotice::Held => held(entry, notice, setting),
        KeyNotice::NotTakenOver => {
            let new = notice.other.unwrap_or_default();
            how_to_fetch(entry.note(&not_taken_over(notice, setting)), new, notice, setting)
        }
        KeyNotice::Deactivated => how_to_return(entry, notice, setting),
        KeyNotice::Cannot => cannot(entry, notice, setting),
        KeyNotice::Leaked => leaks::leaked(entry, notice, setting),
        KeyNotice::Suspected => leaks::suspected(entry, notice, setting),
        KeyNotice::Quarantined => leaks::quarantined(entry, setting),
        KeyNotice::Unclaimed => unclaimed(entry, notice, setting),
        KeyNotice::Astray => astray(entry, notice, setting),
        KeyNotice::Deleted => entry,
    }
}

fn key_label(key: &KeyFacts, language: Language) -> String {
    language.pick(format!("Key {}", masked(&key.id)), format!("Clave {}", masked(&key.id)))
}

/// What is known of it; of what nobody asked nothing is said.
fn key_words(key: &KeyFacts, Setting { clock, .. }: Setting<'_>) -> String {
    let language = clock.language;
    let mut words = vec![language.pick(format!("{} days old", key.age_days), format!("{} días", key.age_days))];
    if let Some(last) = &key.last_used {
        words.push(match (last["at"].as_str().and_then(|at| at.parse().ok()), last["service"].as_str()) {
            (Some(at), service) => language.pick(
                format!("last used {} for {}", clock.show(at), service.unwrap_or("?")),
                format!("último uso {} para {}", clock.show(at), service.unwrap_or("?")),
            ),
            _ => language.pick("never used", "nunca usada").to_owned(),
        });
    } else if key.use_unknown {
        words.push(language.pick("AWS did not say when it was last used", "AWS no dijo cuándo se usó").to_owned());
    }
    if let Some(day) = key.fetched {
        let day = day.strftime("%Y-%m-%d");
        words.push(language.pick(format!("fetched on {day}"), format!("obtenida el {day}")));
    }
    words.join(", ")
}

/// The date at `place` that the notice names, for people.
fn date(notice: Notice<'_>, place: usize, Setting { clock, .. }: Setting<'_>) -> Option<String> {
    notice.dates.get(place).map(|at| clock.show(*at))
}

fn after_rotation(notice: Notice<'_>, setting: Setting<'_>) -> String {
    let language = setting.clock.language;
    let Some(old) = notice.other else {
        return language.pick("It is the only key.", "Es la única clave.").to_owned();
    };
    let is_leaked = notice.user.tags.leaked(old);
    let is_off = notice.facts.keys.iter().any(|key| key.id == old && key.status != Status::Active);
    let old = masked(old);
    if is_off && !is_leaked {
        return language.pick(
            format!("Old key {old} is off and does not work any more."),
            format!("La clave antigua {old} está desactivada y ya no funciona."),
        );
    }
    let Some(until) = date(notice, 0, setting).filter(|_| !is_leaked) else {
        return language.pick(
            format!("Old key {old} leaked and does not work any more."),
            format!("La clave antigua {old} se filtró y ya no funciona."),
        );
    };
    let note = language.pick(
        format!(
            "Old key {old} goes on working until {until} at least, and as long as nobody has taken the new one over or the old \
             one is in use."
        ),
        format!(
            "La clave antigua {old} funciona al menos hasta el {until}, y mientras nadie tenga la nueva o la antigua siga en uso."
        ),
    );
    let Some(end) = date(notice, 1, setting) else { return note };
    let even_so = language.pick(
        format!("If nobody takes the new one over, the old one is switched off even so, on {end} at the earliest."),
        format!("Si nadie usa la nueva, la antigua se desactivará en cualquier caso, como pronto el {end}."),
    );
    format!("{note} {even_so}")
}

fn held(entry: Entry, notice: Notice<'_>, setting: Setting<'_>) -> Entry {
    let (language, quiet) = (setting.clock.language, setting.ages.quiet);
    let new = notice.other.unwrap_or_default();
    match Hold::of(notice) {
        Hold::InUse => {
            let note = match date(notice, 0, setting) {
                Some(end) => language.pick(
                    format!("The old key is held: it goes on working until nobody has used it for {quiet} days, or until {end}."),
                    format!("La clave antigua se mantiene: funciona hasta que lleve {quiet} días sin usarse, o hasta el {end}."),
                ),
                None => language.pick(
                    format!("The old key is held: it goes on working until nobody has used it for {quiet} days."),
                    format!("La clave antigua se mantiene: funciona hasta que lleve {quiet} días sin usarse."),
                ),
            };
            how_to_fetch(entry.note(&note), new, notice, setting)
        }
        Hold::CameBack => {
            let note = language.pick(
                "It stays on until somebody switches it off by hand. Find out what needs it; the new key is here.",
                "Seguirá activa hasta que alguien la desactive a mano. Averigüe qué la necesita; la clave nueva está aquí.",
            );
            how_to_fetch(entry.note(note), new, notice, setting)
        }
        Hold::Leaked => entry.note(language.pick(
            "Whoever has the leak can use it. Switch it off at once, in the console or with an event 'compromised'.",
            "Quien tenga la filtración puede usarla. Desactívela de inmediato, en la consola o con un evento 'compromised'.",
        )),
    }
}

fn not_taken_over(notice: Notice<'_>, setting: Setting<'_>) -> String {
    let old = masked(notice.key);
    let note = setting.clock.language.pick(
        format!("Old key {old} goes on working at least until somebody fetches the new one or uses it."),
        format!("La clave antigua {old} funciona al menos hasta que alguien obtenga o use la nueva."),
    );
    let Some(end) = date(notice, 0, setting) else { return note };
    let even_so = setting
        .clock
        .language
        .pick(format!("On {end} it is switched off even so."), format!("El {end} se desactivará en cualquier caso."));
    format!("{note} {even_so}")
}

fn before_rotation(notice: Notice<'_>, setting: Setting<'_>) -> String {
    let (language, ages) = (setting.clock.language, setting.ages);
    let due = date(notice, 0, setting).unwrap_or_default();
    let (overlap, every) = (ages.overlap, ages.every);
    // As it will be, and not as the policy would like it: a key that is due waits for the next run.
    let late = if every > 1 {
        language.pick(format!(" (within {every} days of that)"), format!(" (en un plazo de {every} días)"))
    } else {
        String::new()
    };
    let rotated = language.pick(
        format!(
            "From {due} on{late} a new key is made, and a message says where to fetch it. The old one then works for {overlap} \
             more days at least. Nothing has to be done until then."
        ),
        format!(
            "A partir del {due}{late} se creará una clave nueva y un mensaje dirá dónde obtenerla. La antigua funcionará entonces al \
             menos {overlap} días más. Hasta entonces no hay que hacer nada."
        ),
    );
    if !setting.deactivate_unused {
        return rotated;
    }
    let unless = language.pick(
        "If nobody has ever used it by then, you hear instead when it will be switched off.",
        "Si para entonces nadie la ha usado nunca, en su lugar se le dirá cuándo se desactivará.",
    );
    format!("{rotated} {unless}")
}

fn unused(notice: Notice<'_>, setting: Setting<'_>) -> String {
    let (date, days) = (date(notice, 0, setting).unwrap_or_default(), setting.ages.recovery);
    setting.clock.language.pick(
        format!(
            "It is due and nobody uses it: in the first run after {date} it is switched off, unless somebody uses it before. It \
             can then be had back for {days} days at least."
        ),
        format!(
            "Le toca rotar y nadie la usa: en la primera ejecución después del {date} se desactivará, salvo que alguien la use \
             antes. Después se puede recuperar durante al menos {days} días."
        ),
    )
}

fn cannot(entry: Entry, notice: Notice<'_>, Setting { clock, .. }: Setting<'_>) -> Entry {
    let (key, other) = (masked(notice.key), masked(notice.other.unwrap_or_default()));
    entry.note(&clock.language.pick(
        format!(
            "A user has two keys at most, so no new one can be made for {key} while {other} is there. Nightshift touches \
             neither. Find out which nobody needs (their last use is above) and delete that one; the next run then rotates."
        ),
        format!(
            "Un usuario tiene dos claves como máximo: no se puede crear otra en lugar de {key} mientras exista {other}. Nightshift no \
             toca ninguna. Averigüe cuál no hace falta (su último uso está arriba) y elimínela; la siguiente ejecución rotará."
        ),
    ))
}

fn unclaimed(entry: Entry, notice: Notice<'_>, setting: Setting<'_>) -> Entry {
    let (key, clock) = (masked(notice.key), setting.clock);
    let made = clock.language.pick(
        format!("Key {key} was made when Nightshift asked AWS for one and got no answer, so nobody may hold its secret half."),
        format!("La clave {key} se creó cuando Nightshift pidió una a AWS y no obtuvo respuesta; puede que nadie tenga su parte secreta."),
    );
    let then = match date(notice, 0, setting) {
        None => clock
            .language
            .pick(
                "It is not touched, since somebody may have made it by hand. If nobody did, delete it.",
                "No se toca, porque alguien puede haberla creado a mano. Si no es así, elimínela.",
            )
            .to_owned(),
        Some(day) => clock.language.pick(
            format!(
                "If nobody has used it by then, it is switched off from {day} on, and can be had back. Whoever made it by hand uses it \
                 before; if nobody did, delete it."
            ),
            format!(
                "Si para entonces nadie la ha usado, se desactivará a partir del {day} y se podrá recuperar. Quien la haya creado a mano, \
                 que la use antes; si nadie lo hizo, elimínela."
            ),
        ),
    };
    let note = format!("{made} {then}");
    let user = shell_word(&notice.user.name);
    let line =
        format!("aws iam delete-access-key --user-name {user} --access-key-id {}", id_in_a_command(&user, notice.key));
    entry.note(&note).command(clock.language.pick("To delete it", "Para eliminarla"), &line)
}

fn astray(entry: Entry, notice: Notice<'_>, Setting { clock, secret, .. }: Setting<'_>) -> Entry {
    let (new, old) = (masked(notice.key), masked(notice.other.unwrap_or_default()));
    entry.note(&clock.language.pick(
        format!(
            "Nightshift stored new key {new} in secret {secret}, and that does not hand it out now: somebody wrote something else into \
             it, or it is gone or has another name. Both keys stay as they are. Do not delete {new} if you have fetched it; go on \
             with it, and delete {old} once nothing uses it."
        ),
        format!(
            "Nightshift guardó la clave nueva {new} en el secreto {secret} y ahora no la entrega: alguien escribió otra cosa, o el secreto \
             ya no existe o tiene otro nombre. Las dos claves siguen igual. No elimine {new} si ya la obtuvo; úsela y elimine {old} \
             cuando nada la use."
        ),
    ))
}

/// Why it is off, in a sentence; nothing where that is not known.
fn why_off(notice: Notice<'_>, language: Language) -> Option<String> {
    let why = notice.user.tags.off_because(notice.key)?;
    let (english, spanish) = if why == SwitchOffReason::Quiet.as_str() {
        ("The new key was taken over, and nobody used this one any more.", "La nueva ya se usa y nadie usaba esta.")
    } else if why == SwitchOffReason::HardEnd.as_str() {
        ("It was in use to the end of the time that was named.", "Se usó hasta el final del plazo anunciado.")
    } else if why == SwitchOffReason::HoldLimit.as_str() {
        ("Nobody took the new key over by the date that was named.", "Nadie usó la nueva antes de la fecha anunciada.")
    } else if why == SwitchOffReason::Idle.as_str() || why == SwitchOffReason::NeverUsed.as_str() {
        ("It was due, and nobody used it.", "Le tocaba rotar y nadie la usaba.")
    } else if why == SwitchOffReason::Unclaimed.as_str() {
        ("Nobody claimed it, and nobody used it.", "Nadie la reclamó ni la usaba.")
    } else if why == BY_OTHERS {
        ("Somebody else switched it off, not Nightshift.", "La desactivó otra persona, no Nightshift.")
    } else {
        return None;
    };
    Some(language.pick(english, spanish).to_owned())
}

fn how_to_return(entry: Entry, notice: Notice<'_>, setting: Setting<'_>) -> Entry {
    let Setting { clock, function, keeps_inactive, .. } = setting;
    let language = clock.language;
    let until = date(notice, 0, setting).unwrap_or_default();
    let note = if notice.other.is_none() && keeps_inactive {
        language
            .pick(
                "It stays, and can be brought back until somebody deletes it by hand.",
                "Se conserva y se puede recuperar hasta que alguien la elimine a mano.",
            )
            .to_owned()
    } else {
        language.pick(
            format!("Until {until} at least it can be brought back; then it is deleted."),
            format!("Se puede recuperar al menos hasta el {until}; después se eliminará."),
        )
    };
    let note = why_off(notice, language).into_iter().chain([note]).collect::<Vec<_>>().join(" ");
    let event = serde_json::json!({"mode": "apply", "rollback": {"user": notice.user.name}}).to_string();
    let line = format!(
        "aws lambda invoke --function-name {} --cli-binary-format raw-in-base64-out --payload {} /dev/stdout",
        shell_word(function),
        shell_word(&event)
    );
    let label = language.pick("To bring it back, an operator runs", "Para recuperarla, un operador ejecuta");
    entry.note(&note).command(label, &line)
}
