//! An owner's message: what goes and how to keep it, what went and how to get it back, what needs their hand.

use jiff::{SignedDuration, Timestamp};

use super::{Asked, Data, Digest, Expiring, Gone, Hand, Matter, Setting, english, spanish};
use crate::domains::clusters::commands::{self, Movable, Typed};
use crate::domains::clusters::tags;
use crate::jobs::cluster_cleanup::plan::Why;
use crate::notify::{Entry, Language, Letter, Section, Tone, shell_word};
use crate::text::{printable, sentence};

/// The message of one owner.
pub fn letter(digest: &Digest, setting: Setting<'_>) -> Letter {
    let language = setting.clock.language;
    let (mut expiring, mut going, mut gone, mut hands) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut snapshots = 0;
    for (owner, matter) in &digest.matters {
        let (entries, entry) = match matter {
            Matter::Expiring(one) => (&mut expiring, about_expiring(one, setting)),
            Matter::Going(one) => (&mut going, about_gone(one, setting)),
            Matter::Gone(one) => (&mut gone, about_gone(one, setting)),
            Matter::Hand(one) => {
                snapshots += usize::from(matches!(one.why, Why::MalformedPurge { .. }));
                (&mut hands, about_hand(one, setting))
            }
        };
        // Said only to those who read it for several, or in the place of somebody else.
        let entry = match owner {
            Some(owner) if digest.to.is_empty() || digest.owners.len() > 1 => {
                entry.fact(language.pick("Owner", "Propietario"), owner)
            }
            _ => entry,
        };
        entries.push(entry);
    }
    let counts = [expiring.len(), going.len(), gone.len(), hands.len() - snapshots, snapshots];
    let subject = subject(setting.account, counts, language);
    let tone = if expiring.is_empty() && going.is_empty() && hands.is_empty() { Tone::Calm } else { Tone::Warning };
    let by_number = |entries: &Vec<Entry>, one, several| if entries.len() == 1 { one } else { several };
    let will_go = by_number(&expiring, "Se eliminará si no hace nada", "Se eliminarán si no hace nada");
    let goes = by_number(&going, "Se está eliminando ahora", "Se están eliminando ahora");
    let went = by_number(&gone, "Eliminado", "Eliminados");
    let wait = language.pick(
        by_number(&hands, "Needs your attention", "Need your attention"),
        by_number(&hands, "Requiere su atención", "Requieren su atención"),
    );
    let sections = [
        Section::of(language.pick("Will be deleted unless you act", will_go), Tone::Warning, expiring),
        Section::of(language.pick("Being deleted now", goes), Tone::Warning, going),
        Section::of(language.pick("Deleted", went), Tone::Calm, gone),
        Section::of(wait, Tone::Warning, hands),
    ];
    Letter {
        subject,
        tone,
        lead: lead(digest, setting),
        sections: sections.into_iter().flatten().collect(),
        footer: footer(digest, setting),
        lang: language.code(),
    }
}

fn subject(account: &str, [expiring, going, gone, hands, snapshots]: [usize; 5], language: Language) -> String {
    let clusters = |number: usize| match (number, language) {
        (1, Language::English) => "1 cluster".to_owned(),
        (_, Language::English) => format!("{number} clusters"),
        (1, Language::Spanish) => "1 clúster".to_owned(),
        (_, Language::Spanish) => format!("{number} clústeres"),
    };
    let mut words = Vec::new();
    if expiring > 0 {
        words.push(language.pick(
            format!("{} will be deleted", clusters(expiring)),
            format!("{} {}", clusters(expiring), if expiring == 1 { "se eliminará" } else { "se eliminarán" }),
        ));
    }
    if going > 0 {
        let (is, esta) = if going == 1 { ("is", "se está") } else { ("are", "se están") };
        words.push(language.pick(
            format!("{} {is} being deleted now", clusters(going)),
            format!("{} {esta} eliminando", clusters(going)),
        ));
    }
    if gone > 0 {
        words.push(language.pick(
            format!("{} {} deleted", clusters(gone), if gone == 1 { "was" } else { "were" }),
            format!("{} {}", clusters(gone), if gone == 1 { "eliminado" } else { "eliminados" }),
        ));
    }
    let attention = |number: usize| {
        language.pick(
            if number == 1 { "needs attention" } else { "need attention" },
            if number == 1 { "requiere atención" } else { "requieren atención" },
        )
    };
    if hands > 0 {
        words.push(format!("{} {}", clusters(hands), attention(hands)));
    }
    if snapshots > 0 {
        let noun = language.pick(
            if snapshots == 1 { "snapshot" } else { "snapshots" },
            if snapshots == 1 { "copia" } else { "copias" },
        );
        words.push(format!("{snapshots} {noun} {}", attention(snapshots)));
    }
    format!("[{account}] {}", words.join(", "))
}

/// What this is, and about whose.
fn lead(digest: &Digest, Setting { account, tag_key, clock, .. }: Setting<'_>) -> Vec<String> {
    let language = clock.language;
    let what = language.pick(
        format!(
            "Nightshift looks after AWS account {account} at night. It deletes an Aurora cluster once the time in its tag {tag_key} has passed."
        ),
        format!(
            "Nightshift se ocupa por la noche de la cuenta de AWS {account}. Elimina un clúster de Aurora cuando ha pasado la hora de su etiqueta {tag_key}."
        ),
    );
    let owners = digest.owners.join(", ");
    let whose = match (digest.to.is_empty(), digest.owners.len()) {
        (_, 0) => language.pick(
            "These clusters have no owner, so you are told instead.".to_owned(),
            "Estos clústeres no tienen propietario, por eso se le avisa a usted.".to_owned(),
        ),
        (false, 1) => language.pick(
            format!("This is about clusters whose owner is {owners}."),
            format!("Se trata de clústeres cuyo propietario es {owners}."),
        ),
        _ => {
            language.pick(format!("This is about clusters of {owners}."), format!("Se trata de clústeres de {owners}."))
        }
    };
    vec![printable(&what), printable(&whose)]
}

fn footer(digest: &Digest, setting: Setting<'_>) -> Vec<String> {
    let language = setting.clock.language;
    let because = digest.to.first().map(|to| printable(&to.because.sentence(language)));
    let at = setting.clock.show(setting.now);
    because
        .into_iter()
        .chain([
            printable(setting.contact),
            language.pick(
                format!("cluster-cleanup of Nightshift in account {}, {at}.", setting.account),
                format!("cluster-cleanup de Nightshift en la cuenta {}, {at}.", setting.account),
            ),
        ])
        .collect()
}

fn about_expiring(it: &Expiring, setting: Setting<'_>) -> Entry {
    let Setting { now, clock, .. } = setting;
    let language = clock.language;
    let data = match (&it.data, language) {
        (Data::Snapshot { days }, Language::English) => format!("kept for {days} days in a final snapshot"),
        (Data::Snapshot { days }, Language::Spanish) => format!("se conservan {days} días en una copia final"),
        (Data::InSource(source), Language::English) => {
            format!(
                "not kept. This is a clone of {source}, which still has what was cloned; what was written to the clone since then is lost"
            )
        }
        (Data::InSource(source), Language::Spanish) => {
            format!(
                "no se conservan. Es un clon de {source}, que conserva lo que se clonó; lo que se escribió después en el clon se pierde"
            )
        }
        (Data::Lost, Language::English) => "NOT kept: nothing brings it back".to_owned(),
        (Data::Lost, Language::Spanish) => "NO se conservan: nada los recupera".to_owned(),
    };
    let expiry =
        if it.expires_at <= now { language.pick("Expired", "Caducó") } else { language.pick("Expires", "Caduca") };
    let entry = Entry::new(&it.id, &it.region)
        .fact(expiry, &clock.show(it.expires_at))
        .fact(language.pick("Earliest deletion", "No se elimina antes del"), &clock.show(it.earliest))
        .fact(language.pick("Its data", "Sus datos"), &data);
    let movable = Movable {
        id: &it.id,
        region: &it.region,
        arn: &it.arn,
        owner: it.owner.as_deref(),
        expires_at: Some(it.expires_at),
    };
    moved(entry, movable, setting)
}

/// With the ways to move its date, or that there are none.
fn moved(entry: Entry, it: Movable<'_>, setting: Setting<'_>) -> Entry {
    let language = setting.clock.language;
    let Some(until) = commands::until(it.expires_at, typed(setting)) else {
        let days = setting.lease_days;
        return entry.note(&language.pick(
            format!("It can be given no more time now: {days} days ahead is the farthest that is allowed."),
            format!("Ahora no se le puede dar más tiempo: lo más lejos que se permite son {days} días."),
        ));
    };
    let keep = language.pick("To keep it longer", "Para conservarlo más tiempo");
    let aws = commands::set_expiry(it, &until, typed(setting));
    match commands::extend(it, &until, typed(setting)) {
        Some(extend) => {
            entry.command(keep, &extend).command(language.pick("or with the AWS CLI", "o con la AWS CLI"), &aws)
        }
        None => entry.command(keep, &aws),
    }
}

fn about_gone(it: &Gone, setting: Setting<'_>) -> Entry {
    let Setting { tag_key, clock, .. } = setting;
    let language = clock.language;
    let entry = Entry::new(&it.id, &it.region);
    let Some(copy) = &it.copy else {
        let label = language.pick("Its data", "Sus datos");
        return match &it.source {
            Some(source) => entry.fact(
                label,
                &language.pick(
                    format!("{source}, which it was cloned from, still has what was cloned; what was written to the clone since then is lost"),
                    format!("{source}, del que se clonó, conserva lo que se clonó; lo que se escribió después en el clon se pierde"),
                ),
            ),
            None => entry
                .fact(label, language.pick("NOT kept: nothing brings it back", "NO se conservan: nada los recupera")),
        };
    };
    let (id, region) = (shell_word(&it.id), &it.region);
    let snapshot = shell_word(&copy.snapshot);
    entry
        .fact(language.pick("Snapshot with its data", "Copia con sus datos"), &copy.snapshot)
        .fact(language.pick("Kept until", "Se conserva hasta el"), &clock.show(copy.until))
        .command(
            language.pick("To get it back", "Para recuperarlo"),
            &format!("nightshift clusters restore {snapshot} --region {region}{}", commands::key_option(tag_key)),
        )
        .command(
            language.pick(
                "or with the AWS CLI, which restores neither its settings nor its members",
                "o con la AWS CLI, que no recupera ni su configuración ni sus instancias",
            ),
            &format!(
                "aws rds restore-db-cluster-from-snapshot --region {region} --db-cluster-identifier {id} --snapshot-identifier {snapshot} --engine {}",
                shell_word(&it.engine)
            ),
        )
        .command(
            language.pick("To keep the snapshot for good", "Para conservar la copia para siempre"),
            &commands::add_tag(region, &copy.arn, tags::PURGE_AFTER, "never"),
        )
}

fn about_hand(it: &Hand, setting: Setting<'_>) -> Entry {
    let Setting { tag_key, now, clock, .. } = setting;
    let until = commands::until(None, typed(setting));
    let soon = now.checked_add(SignedDuration::from_hours(14 * 24)).unwrap_or(Timestamp::MAX);
    let day = soon.to_zoned(clock.zone.clone()).date().to_string();
    let asked = Asked { tag_key, time: &format!("{day}T12:00:00Z"), day: &day, clock };
    let english =
        || english::words(&it.why, asked).unwrap_or_else(|| (it.why.message(), it.why.fix().unwrap_or_default()));
    let (message, fix) = match clock.language {
        Language::English => english(),
        Language::Spanish => spanish::words(&it.why, asked).unwrap_or_else(english),
    };
    let entry = Entry::new(&it.id, &it.region).note(&sentence(&message)).note(&sentence(&fix));
    let movable =
        |expires_at| Movable { id: &it.id, region: &it.region, arn: &it.arn, owner: it.owner.as_deref(), expires_at };
    match (&it.why, until) {
        (Why::MalformedPurge { .. }, _) => entry.command(
            clock.language.pick("To keep the snapshot for good", "Para conservar la copia para siempre"),
            &commands::add_tag(&it.region, &it.arn, tags::PURGE_AFTER, "never"),
        ),
        // A second tag that reads like it would only be one more; and what has no date, or says that it stays, would be
        // deleted by one.
        (Why::LookAlikeTags { .. } | Why::HalfDeleted { until: None, .. }, _) => entry,
        // Ours moves no date back.
        (Why::TooFarAhead { .. }, Some(until)) => entry.command(
            clock.language.pick("To give it a date", "Para darle una fecha"),
            &commands::set_expiry(movable(None), &until, typed(setting)),
        ),
        (Why::HalfDeleted { until, .. }, _) => moved(entry, movable(*until), setting),
        _ => moved(entry, movable(None), setting),
    }
}

/// By which policy the commands of a message are typed.
fn typed(setting: Setting<'_>) -> Typed<'_> {
    let Setting { tag_key, owner_tag, lease_days, function, home, now, clock, .. } = setting;
    Typed { tag_key, owner_tag, lease_days, function, home, now, zone: clock.zone }
}
