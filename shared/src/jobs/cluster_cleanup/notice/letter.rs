//! An owner's message: what goes and how to keep it, what went and how to get it back, what needs their hand.

use jiff::{SignedDuration, Timestamp};

use super::{Data, Digest, Expiring, Gone, Hand, Matter, spanish};
use crate::domains::clusters::tags;
use crate::notify::{Clock, Entry, Language, Letter, Section, Tone, shell_word};
use crate::text::printable;

/// How much longer the commands in a message would keep something.
const EXTENSION: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Where and when a message is written.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    /// Twelve digits.
    pub account: &'a str,
    /// The key of the expiry tag.
    pub tag_key: &'a str,
    /// The moment of the run.
    pub now: Timestamp,
    /// How moments are shown, and the language.
    pub clock: Clock<'a>,
}

/// The message of one owner.
pub fn letter(digest: &Digest, setting: Setting<'_>) -> Letter {
    let language = setting.clock.language;
    let (mut expiring, mut going, mut gone, mut hands) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (owner, matter) in &digest.matters {
        let (entries, entry) = match matter {
            Matter::Expiring(one) => (&mut expiring, about_expiring(one, setting)),
            Matter::Going(one) => (&mut going, about_gone(one, setting)),
            Matter::Gone(one) => (&mut gone, about_gone(one, setting)),
            Matter::Hand(one) => (&mut hands, about_hand(one, language)),
        };
        // Said only to those who stand in for somebody else.
        let entry = match owner {
            Some(owner) if digest.owner.is_none() => entry.fact(language.pick("Owner", "Propietario"), owner),
            _ => entry,
        };
        entries.push(entry);
    }
    let subject = subject(setting.account, [expiring.len(), going.len(), gone.len(), hands.len()], language);
    let tone = if expiring.is_empty() && going.is_empty() && hands.is_empty() { Tone::Calm } else { Tone::Warning };
    let by_number = |entries: &Vec<Entry>, one, several| if entries.len() == 1 { one } else { several };
    let will_go = by_number(&expiring, "Se eliminará si no hace nada", "Se eliminarán si no hace nada");
    let goes = by_number(&going, "Se está eliminando ahora", "Se están eliminando ahora");
    let went = by_number(&gone, "Eliminado", "Eliminados");
    let wait = language.pick(
        by_number(&hands, "Needs your hand", "Need your hand"),
        by_number(&hands, "Necesita su intervención", "Necesitan su intervención"),
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
        lead: vec![lead(digest, setting)],
        sections: sections.into_iter().flatten().collect(),
        footer: footer(digest, setting),
        lang: language.code(),
    }
}

fn subject(account: &str, [expiring, going, gone, hands]: [usize; 4], language: Language) -> String {
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
    if hands > 0 {
        words.push(language.pick(
            format!("{hands} {} your hand", if hands == 1 { "needs" } else { "need" }),
            format!("{hands} {} su intervención", if hands == 1 { "necesita" } else { "necesitan" }),
        ));
    }
    format!("[{account}] {}", words.join(", "))
}

fn lead(digest: &Digest, Setting { account, tag_key, clock, .. }: Setting<'_>) -> String {
    let whose = match (&digest.owner, clock.language) {
        (Some(owner), Language::English) => format!("Aurora clusters of {owner}"),
        (Some(owner), Language::Spanish) => format!("Los clústeres de Aurora de {owner}"),
        (None, Language::English) => "These Aurora clusters, for which nobody else could be told,".to_owned(),
        (None, Language::Spanish) => "Estos clústeres de Aurora, de los que no se pudo avisar a nadie más,".to_owned(),
    };
    printable(&clock.language.pick(
        format!("{whose} in account {account} are deleted when the time in their tag {tag_key} has passed."),
        format!("{whose} en la cuenta {account} se eliminan cuando pasa la hora de su etiqueta {tag_key}."),
    ))
}

fn footer(digest: &Digest, setting: Setting<'_>) -> Vec<String> {
    let language = setting.clock.language;
    let because = digest.to.first().map(|to| printable(&to.because.sentence(language)));
    let at = setting.clock.show(setting.now);
    because
        .into_iter()
        .chain([language.pick(
            format!("cluster-cleanup of Nightshift in account {}, {at}.", setting.account),
            format!("cluster-cleanup de Nightshift en la cuenta {}, {at}.", setting.account),
        )])
        .collect()
}

fn about_expiring(it: &Expiring, setting: Setting<'_>) -> Entry {
    let Setting { tag_key, now, clock, .. } = setting;
    let language = clock.language;
    let data = match (&it.data, language) {
        (Data::Snapshot { days }, Language::English) => format!("kept for {days} days in a final snapshot"),
        (Data::Snapshot { days }, Language::Spanish) => format!("se conservan {days} días en una copia final"),
        (Data::InSource(source), Language::English) => {
            format!("not kept: it is a clone of {source}, which still has it")
        }
        (Data::InSource(source), Language::Spanish) => {
            format!("no se conservan: es un clon de {source}, que los tiene")
        }
        (Data::Lost, Language::English) => "NOT kept: nothing brings it back".to_owned(),
        (Data::Lost, Language::Spanish) => "NO se conservan: nada los recupera".to_owned(),
    };
    let expiry =
        if it.expires_at <= now { language.pick("Expired", "Caducó") } else { language.pick("Expires", "Caduca") };
    // A day, which the expiry tag takes as its end.
    let until = it.expires_at.max(now).checked_add(EXTENSION).unwrap_or(Timestamp::MAX);
    let until = until.to_zoned(clock.zone.clone()).date().to_string();
    Entry::new(&it.id, &it.region)
        .fact(expiry, &clock.show(it.expires_at))
        .fact(
            language.pick("Deleted by the first run after", "Lo elimina la primera ejecución después del"),
            &clock.show(it.earliest),
        )
        .fact(language.pick("Its data", "Sus datos"), &data)
        .command(
            language.pick("To keep it longer", "Para conservarlo más tiempo"),
            &format!(
                "nightshift clusters extend {} --until {until} --region {}{}",
                shell_word(&it.id),
                it.region,
                key_option(tag_key)
            ),
        )
        .command(
            language.pick("or with the AWS CLI", "o con la AWS CLI"),
            &add_tag(&it.region, &it.arn, tag_key, &until),
        )
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
                    format!("still in {source}, which it was a clone of"),
                    format!("siguen en {source}, del que era un clon"),
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
            &format!("nightshift clusters restore {snapshot} --region {region}{}", key_option(tag_key)),
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
            &add_tag(region, &copy.arn, tags::PURGE_AFTER, "never"),
        )
}

fn about_hand(it: &Hand, language: Language) -> Entry {
    let english = || (it.why.message(), it.why.fix());
    let (message, fix) = match language {
        Language::English => english(),
        Language::Spanish => spanish::words(&it.why).unwrap_or_else(english),
    };
    Entry::new(&it.id, &it.region).note(&sentence(&message)).note(&sentence(&fix))
}

/// With a capital and a full stop.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    format!("{}.", first.chain(characters).collect::<String>())
}

fn key_option(tag_key: &str) -> String {
    if tag_key == "auto-delete-after" { String::new() } else { format!(" --tag-key {}", shell_word(tag_key)) }
}

/// The AWS CLI's shorthand breaks at `=` in a key; its JSON does not.
fn add_tag(region: &str, arn: &str, key: &str, value: &str) -> String {
    let tag = if key.contains(['=', ' ']) {
        serde_json::json!([{ "Key": key, "Value": value }]).to_string()
    } else {
        format!("Key={key},Value={value}")
    };
    let (arn, tag) = (shell_word(arn), shell_word(&tag));
    format!("aws rds add-tags-to-resource --region {region} --resource-name {arn} --tags {tag}")
}
