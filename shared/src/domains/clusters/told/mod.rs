//! What somebody is told of one cluster of theirs, each in a message of its own: a clone is ready, one was refused, one came to
//! nothing, a cluster was deleted by hand. Pure: sending it is for whoever knows that it was not sent before.

use jiff::Timestamp;

use super::commands::{self, Movable, Typed};
use super::tags::{DATA, PRODUCTION};
use crate::notify::{Clock, Entry, Letter, Recipient, Section, Tone, shell_word};
use crate::services::rds::Cluster;
use crate::text::{printable, sentence};

/// One thing to tell.
#[derive(Debug, Clone, Copy)]
pub enum Told<'a> {
    /// A clone was handed over.
    Cloned {
        /// The clone.
        cluster: &'a Cluster,
        /// The name of what it was made of.
        source: &'a str,
        /// When it goes.
        expires_at: Option<Timestamp>,
    },
    /// A clone was not made: its owner has as many as an owner may have.
    OverQuota {
        /// The clone that was wanted.
        wanted: Wanted<'a>,
        /// Those there are.
        others: &'a [String],
        /// How many there may be.
        most: usize,
    },
    /// A clone came to nothing.
    Failed {
        /// The clone that was wanted.
        wanted: Wanted<'a>,
        /// Why.
        why: &'a str,
        /// What to do about it.
        fix: Option<&'a str>,
    },
    /// Somebody deleted a cluster.
    DeletedByHand {
        /// Its identifier.
        id: &'a str,
        /// Where it was.
        region: &'a str,
        /// Its engine, as a restore by hand needs it.
        engine: &'a str,
        /// Whoever did it: an ARN.
        by: &'a str,
        /// What became of its data.
        data: Data<'a>,
    },
}

/// A clone that somebody asked for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Its identifier.
    pub id: &'a str,
    /// Where.
    pub region: &'a str,
    /// The name of what it was to be made of.
    pub source: &'a str,
}

/// What became of the data of a cluster that was deleted.
#[derive(Debug, Clone, Copy)]
pub enum Data<'a> {
    /// It is kept in a final snapshot.
    Kept {
        /// Its identifier.
        snapshot: &'a str,
        /// When that goes itself.
        until: Timestamp,
    },
    /// The cluster it was cloned from has what was cloned.
    InSource(&'a str),
    /// Nothing is left of it.
    Lost,
}

/// Where and when a message is written, and by which policy.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    /// What tells: the name of a function.
    pub job: &'a str,
    /// Twelve digits.
    pub account: &'a str,
    /// Whom to ask, in a sentence.
    pub contact: &'a str,
    /// How moments are shown, and the language.
    pub clock: Clock<'a>,
    /// By which policy its commands are typed.
    pub typed: Typed<'a>,
}

/// What `owner` is told; `to` is where, if it is a mail.
pub fn letter(told: Told<'_>, owner: &str, to: Option<&Recipient>, setting: Setting<'_>) -> Letter {
    let Setting { job, account, contact, clock, typed } = setting;
    let language = clock.language;
    let because = to.map(|to| printable(&to.because.sentence(language)));
    let at = clock.show(typed.now);
    let by = language.pick(
        format!("{job} of Nightshift in account {account}, {at}."),
        format!("{job} de Nightshift en la cuenta {account}, {at}."),
    );
    let whose = language.pick(
        format!("This is about a cluster whose owner is {owner}."),
        format!("Se trata de un clúster cuyo propietario es {owner}."),
    );
    let what = language.pick(
        format!("Nightshift looks after the Aurora clusters of AWS account {account}."),
        format!("Nightshift se ocupa de los clústeres de Aurora de la cuenta de AWS {account}."),
    );
    let (subject, heading, tone) = title(told, clock);
    let entry = match told {
        Told::Cloned { cluster, source, expires_at } => cloned(cluster, source, owner, expires_at, setting),
        Told::OverQuota { wanted, others, most } => over_quota(wanted, others, most, clock),
        Told::Failed { wanted, why, fix } => {
            let entry = of(wanted, clock).note(&sentence(why));
            fix.into_iter().fold(entry, |entry, fix| entry.note(&sentence(fix)))
        }
        Told::DeletedByHand { id, region, engine, by, data } => {
            let entry = Entry::new(id, region).fact(language.pick("Deleted by", "Eliminado por"), by);
            kept(entry, id, region, engine, data, setting)
        }
    };
    Letter {
        subject: printable(&format!("[{account}] {subject}")),
        tone,
        lead: vec![printable(&what), printable(&whose)],
        sections: Section::of(heading, tone, vec![entry]).into_iter().collect(),
        footer: because.into_iter().chain([printable(contact), by]).collect(),
        lang: language.code(),
    }
}

/// Of the whole, and of its one section.
fn title(told: Told<'_>, clock: Clock<'_>) -> (String, &'static str, Tone) {
    let language = clock.language;
    let (english, spanish, tone) = match told {
        Told::Cloned { cluster, expires_at, .. } => {
            let id = &cluster.id;
            let until = expires_at.map(|at| clock.show(at)).unwrap_or_default();
            let subject =
                language.pick(format!("{id} is ready, until {until}"), format!("{id} está listo, hasta el {until}"));
            return (subject, language.pick("Ready to use", "Listo para usar"), Tone::Calm);
        }
        Told::OverQuota { wanted: Wanted { id, .. }, others, most } => (
            (format!("{id} was not made: you have {} of {most} clones", others.len()), "Not made"),
            (format!("{id} no se hizo: ya tiene {} de {most} clones", others.len()), "No se hizo"),
            Tone::Warning,
        ),
        Told::Failed { wanted: Wanted { id, .. }, .. } => (
            (format!("{id} could not be made"), "Came to nothing"),
            (format!("{id} no se pudo hacer"), "No se pudo hacer"),
            Tone::Warning,
        ),
        Told::DeletedByHand { id, .. } => (
            (format!("{id} was deleted by hand"), "Deleted by hand"),
            (format!("{id} se eliminó a mano"), "Eliminado a mano"),
            Tone::Warning,
        ),
    };
    let (subject, heading) = language.pick(english, spanish);
    (subject, heading, tone)
}

fn of(wanted: Wanted<'_>, clock: Clock<'_>) -> Entry {
    let Wanted { id, region, source } = wanted;
    Entry::new(id, region).fact(clock.language.pick("A clone of", "Un clon de"), source)
}

fn over_quota(wanted: Wanted<'_>, others: &[String], most: usize, clock: Clock<'_>) -> Entry {
    let language = clock.language;
    of(wanted, clock)
        .fact(language.pick("Clones you have", "Clones que tiene"), &others.join(", "))
        .fact(language.pick("You may have", "Puede tener"), &most.to_string())
        .note(language.pick(
            "Delete one of them or wait until one expires, and ask again.",
            "Elimine uno de ellos o espere a que caduque uno, y vuelva a pedirlo.",
        ))
        .command(language.pick("To see them", "Para verlos"), "nightshift clusters list")
}

/// How to connect, never with what; when it goes, and how to keep it.
fn cloned(clone: &Cluster, source: &str, owner: &str, expires_at: Option<Timestamp>, setting: Setting<'_>) -> Entry {
    let Setting { clock, typed, .. } = setting;
    let (language, access) = (clock.language, &clone.access);
    let port = clone.settings.port.map(|port| port.to_string());
    let mut entry = of(Wanted { id: &clone.id, region: &clone.region, source }, clock);
    for (label, value) in [
        (language.pick("Endpoint", "Punto de conexión"), access.endpoint.as_deref()),
        (language.pick("Port", "Puerto"), port.as_deref()),
        (language.pick("Engine", "Motor"), Some(clone.engine.as_str())),
        (language.pick("Database", "Base de datos"), access.database.as_deref()),
        (language.pick("User", "Usuario"), access.master_user.as_deref()),
        (
            language.pick("Its password is in the secret", "Su contraseña está en el secreto"),
            access.master_secret.as_deref(),
        ),
    ] {
        entry = value.into_iter().fold(entry, |entry, value| entry.fact(label, value));
    }
    if let Some(at) = expires_at {
        entry = entry.fact(language.pick("Goes", "Se elimina"), &clock.show(at));
    }
    if clone.tags.get(DATA) == Some(PRODUCTION) {
        entry = entry.note(language.pick(
            "It holds production data as it is: treat it so.",
            "Contiene datos de producción tal como son: trátelo así.",
        ));
    }
    if let Some(secret) = &access.master_secret {
        let line = format!(
            "aws secretsmanager get-secret-value --region {} --secret-id {} --query SecretString --output text",
            clone.region,
            shell_word(secret)
        );
        entry = entry.command(language.pick("To read its password", "Para leer su contraseña"), &line);
    }
    let movable = Movable { id: &clone.id, region: &clone.region, arn: &clone.arn, owner: Some(owner), expires_at };
    let Some(until) = commands::until(expires_at, typed) else {
        return entry.note(&language.pick(
            format!(
                "It can be given no more time now: {} days ahead is the farthest that is allowed.",
                typed.lease_days
            ),
            format!("Ahora no se le puede dar más tiempo: lo más lejos que se permite son {} días.", typed.lease_days),
        ));
    };
    let line = commands::extend(movable, &until, typed).unwrap_or_else(|| commands::set_expiry(movable, &until, typed));
    entry.command(language.pick("To keep it longer", "Para conservarlo más tiempo"), &line)
}

fn kept(entry: Entry, id: &str, region: &str, engine: &str, data: Data<'_>, setting: Setting<'_>) -> Entry {
    let Setting { clock, typed, .. } = setting;
    let language = clock.language;
    let label = language.pick("Its data", "Sus datos");
    match data {
        Data::Kept { snapshot, until } => {
            let word = shell_word(snapshot);
            entry
                .fact(language.pick("Snapshot with its data", "Copia con sus datos"), snapshot)
                .fact(language.pick("Kept until", "Se conserva hasta el"), &clock.show(until))
                .command(
                    language.pick("To get it back", "Para recuperarlo"),
                    &format!("nightshift clusters restore {word} --region {region}{}", commands::key_option(typed.tag_key)),
                )
                .command(
                    language.pick(
                        "or with the AWS CLI, which restores neither its settings nor its members",
                        "o con la AWS CLI, que no recupera ni su configuración ni sus instancias",
                    ),
                    &format!(
                        "aws rds restore-db-cluster-from-snapshot --region {region} --db-cluster-identifier {} --snapshot-identifier {word} --engine {}",
                        shell_word(id),
                        shell_word(engine)
                    ),
                )
        }
        Data::InSource(source) => entry.fact(
            label,
            &language.pick(
                format!("{source}, which it was cloned from, still has what was cloned; what was written to the clone since then is lost"),
                format!("{source}, del que se clonó, conserva lo que se clonó; lo que se escribió después en el clon se pierde"),
            ),
        ),
        Data::Lost => {
            entry.fact(label, language.pick("NOT kept: nothing brings it back", "NO se conservan: nada los recupera"))
        }
    }
}

#[cfg(test)]
mod tests;
