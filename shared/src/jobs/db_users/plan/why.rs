//! Why a user is left alone, or not served in full: a closed list. Each reason has a code for machines, a sentence for
//! people and the next step. The list in `docs/db-users.md` is checked against this one.

use serde::Serialize;

use crate::jobs::db_users::codes;
use crate::jobs::db_users::model::Held;
use crate::report::{self, Code, Outcome, Reason};
use crate::text::{count, printable};

/// One user left alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Left {
    /// Its name.
    pub id: String,
    /// Why.
    pub why: Why,
    /// What is worth knowing beside.
    pub notes: Vec<Note>,
}

/// Something the plan cannot do or does not touch, though it serves the user otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// For machines.
    pub code: &'static Code,
    /// For people.
    pub message: String,
    /// The next step, where there is one to take.
    pub fix: Option<String>,
}

/// Said where a user is to go, cannot, and cannot log in either; `given_back` gives it its login.
pub(super) fn no_login(given_back: &str) -> Note {
    Note {
        code: &codes::NO_LOGIN,
        message: "it cannot log in: a run that was ended in the middle of dropping it leaves it so".to_owned(),
        fix: Some(format!("if it is to stay: {}", printable(given_back))),
    }
}

/// See the module.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the message of each says what it is")]
pub enum Why {
    AlreadySo,
    Gone,
    IsMaster,
    Protected { pattern: String, by: Option<String> },
    PrivilegedRole { what: &'static str },
    NotOurs { master: String },
    MasterIsMember,
    IsLogin,
    RoleRefused { role: String, why: Box<Why> },
    IamLockout,
    IamMember,
    NoIam,
    DatabaseMissing { database: String },
    RoleMissing { role: String },
    NeedLeft { user: String },
    SecretUnknown { name: String, said: String, fix: String },
    SecretManaged { name: String, by: String },
    SecretOfAnother { name: String, username: Option<String>, host: Option<String> },
    RotationPending { name: String },
    NeitherWorks { name: String },
    AlternateRefused { login: String },
    LoginUnknown { said: String },
    NoRotationFunction,
    OwnsObjects { held: Vec<Held> },
    HasClone { clone: String },
    NothingGrantable,
    OtherPlugin { plugin: String },
    GrantedByOthers { owners: Vec<String> },
    PassedOn { to: Vec<String> },
    StillNamed { things: Vec<String> },
    HasMembers { members: Vec<String> },
    DatabaseClosed { database: String, said: String },
    HeirCannotOwn { heir: String, what: String },
    UnsafeSchema { extension: String, schema: String },
    PatternsTie { patterns: Vec<String> },
}

impl Why {
    /// Whether it is about who somebody is, and not about what is the matter today: nothing may lean on one like that.
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::IsMaster
                | Self::Protected { .. }
                | Self::PrivilegedRole { .. }
                | Self::NotOurs { .. }
                | Self::MasterIsMember
                | Self::IsLogin
                | Self::RoleRefused { .. }
        )
    }

    /// How the report counts it.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::AlreadySo | Self::Gone => Outcome::AlreadyRight,
            Self::RotationPending { .. } | Self::NeedLeft { .. } => Outcome::Deferred,
            Self::SecretUnknown { .. }
            | Self::LoginUnknown { .. }
            | Self::NeitherWorks { .. }
            | Self::DatabaseClosed { .. } => Outcome::Failed,
            _ => Outcome::Skipped,
        }
    }

    /// The reason as a report has it; nothing is to be said of what is as it should be.
    pub fn reason(&self) -> Option<Reason> {
        (*self != Self::AlreadySo).then(|| Reason::of(self.code(), self.message(), self.fix()))
    }

    /// For machines.
    pub fn code(&self) -> &'static Code {
        match self {
            Self::AlreadySo => &codes::ALREADY_SO,
            Self::Gone => &report::codes::GONE,
            Self::IsMaster => &codes::MASTER,
            Self::Protected { .. } => &codes::PROTECTED,
            Self::PrivilegedRole { .. } => &codes::PRIVILEGED_ROLE,
            Self::NotOurs { .. } => &codes::NOT_OURS,
            Self::MasterIsMember => &codes::MASTER_IS_MEMBER,
            Self::IsLogin => &codes::IS_A_LOGIN,
            Self::RoleRefused { .. } => &codes::ROLE_REFUSED,
            Self::IamLockout => &codes::IAM_LOCKOUT,
            Self::IamMember => &codes::IAM_MEMBER,
            Self::NoIam => &codes::NO_IAM,
            Self::DatabaseMissing { .. } => &codes::DATABASE_MISSING,
            Self::RoleMissing { .. } => &codes::ROLE_MISSING,
            Self::NeedLeft { .. } => &codes::NEED_LEFT,
            Self::SecretUnknown { .. } => &codes::SECRET_UNKNOWN,
            Self::SecretManaged { .. } => &codes::SECRET_MANAGED,
            Self::SecretOfAnother { .. } => &codes::SECRET_OF_ANOTHER,
            Self::RotationPending { .. } => &codes::ROTATION_PENDING,
            Self::NeitherWorks { .. } => &codes::NEITHER_WORKS,
            Self::AlternateRefused { .. } => &codes::ALTERNATE_REFUSED,
            Self::LoginUnknown { .. } => &codes::LOGIN_UNKNOWN,
            Self::NoRotationFunction => &codes::NO_ROTATION_FUNCTION,
            Self::OwnsObjects { .. } => &codes::OWNS_OBJECTS,
            Self::HasClone { .. } => &codes::HAS_CLONE,
            Self::NothingGrantable => &codes::NOTHING_GRANTABLE,
            Self::OtherPlugin { .. } => &codes::OTHER_PLUGIN,
            Self::GrantedByOthers { .. } => &codes::GRANTED_BY_OTHERS,
            Self::PassedOn { .. } => &codes::PASSED_ON,
            Self::StillNamed { .. } => &codes::STILL_NAMED,
            Self::HasMembers { .. } => &codes::HAS_MEMBERS,
            Self::DatabaseClosed { .. } => &codes::DATABASE_CLOSED,
            Self::HeirCannotOwn { .. } => &codes::HEIR_CANNOT_OWN,
            Self::UnsafeSchema { .. } => &codes::UNSAFE_SCHEMA,
            Self::PatternsTie { .. } => &codes::PATTERNS_TIE,
        }
    }

    /// For people: what is the case.
    pub fn message(&self) -> String {
        match self {
            Self::AlreadySo => "it is as the event wants it".to_owned(),
            Self::Gone => "there is no such user any more, and its secret is gone or going".to_owned(),
            Self::IsMaster => "it is the master user this run is logged in as".to_owned(),
            Self::Protected { pattern, by: None } => {
                format!("NIGHTSHIFT_PROTECTED protects it by '{}'", printable(pattern))
            }
            Self::Protected { pattern, by: Some(role) } => format!(
                "it is a member of {}, which NIGHTSHIFT_PROTECTED protects by '{}'",
                printable(role),
                printable(pattern)
            ),
            Self::PrivilegedRole { what } => format!("the server has such a user already, and it {what}"),
            Self::NotOurs { master } => {
                format!("somebody else made this role, and {} may not change it", printable(master))
            }
            Self::MasterIsMember => {
                "the master user is a member of this role, so it cannot be one of the master's".to_owned()
            }
            Self::IsLogin => "the server has it as a login, and the event does not name it as a user".to_owned(),
            Self::RoleRefused { role, why } => {
                format!("it needs {}, which is refused: {}", printable(role), why.message())
            }
            Self::IamLockout => {
                "making it a user of IAM makes the master one too, whose password would then be refused".to_owned()
            }
            Self::IamMember => {
                "it is a member of rds_iam, so the server takes no password of it, whatever its secret says".to_owned()
            }
            Self::NoIam => "the server has no role rds_iam, so nobody can log in by IAM".to_owned(),
            Self::DatabaseMissing { database } => format!("there is no database {}", printable(database)),
            Self::RoleMissing { role } => format!("it needs the role {}, which is not there", printable(role)),
            Self::NeedLeft { user } => format!("it needs {}, which is left alone", printable(user)),
            Self::SecretUnknown { name, said, .. } => {
                format!("its secret {} could not be read: {}", printable(name), printable(said))
            }
            Self::SecretManaged { name, by } => {
                format!("its secret {} is written by the service {}", printable(name), printable(by))
            }
            Self::SecretOfAnother { name, username, host } => format!(
                "the secret {} is somebody else's: it names user {} on {}",
                printable(name),
                printable(username.as_deref().unwrap_or("nobody")),
                printable(host.as_deref().unwrap_or("no host"))
            ),
            Self::RotationPending { name } => format!("a rotation of its secret {} is under way", printable(name)),
            Self::NeitherWorks { name } => format!(
                "a rotation of its secret {} is under way, and the server takes neither what is on its way (AWSPENDING) nor \
                 what is handed out; the rotation was not ended, and nothing dropped",
                printable(name)
            ),
            Self::AlternateRefused { login } => {
                format!(
                    "its secret names {}, the second of the pair, and the server refuses its password",
                    printable(login)
                )
            }
            Self::LoginUnknown { said } => {
                format!("whether its stored password is right could not be found out: {}", printable(said))
            }
            Self::NoRotationFunction => "its secret is to be rotated, and nobody says by which function".to_owned(),
            Self::OwnsObjects { held } => format!("it owns {}", owned(held)),
            Self::HasClone { clone } => format!("rotation keeps {} beside it", printable(clone)),
            Self::GrantedByOthers { owners } => {
                format!(
                    "it has privileges on what belongs to {}, which the master user cannot act as",
                    printable(&owners.join(", "))
                )
            }
            Self::PassedOn { to } => {
                format!("it has passed on privileges to {}, who would lose them with it", some_of(to))
            }
            Self::StillNamed { things } => format!("it is named by {}", some_of(things)),
            Self::HasMembers { members } => {
                format!("nobody logs in as it, and {} would lose what they have as its members", some_of(members))
            }
            Self::DatabaseClosed { database, said } => format!(
                "it holds something in the database {}, and the master user cannot look there: {}",
                printable(database),
                printable(said)
            ),
            Self::HeirCannotOwn { heir, what } => {
                format!("{} may not own {}, and the master user cannot let it", printable(heir), printable(what))
            }
            Self::UnsafeSchema { extension, schema } => format!(
                "the script of the extension {} would look for names in the schema {}, where others than the master user \
                 can have put something",
                printable(extension),
                printable(schema)
            ),
            Self::PatternsTie { patterns } => format!(
                "it has privileges on the patterns {}, which meet this database alike: which of them counts, only the \
                 server knows",
                some_of(patterns)
            ),
            Self::OtherPlugin { plugin } => {
                format!("it logs in by {}, whose hash this tool does not make", printable(plugin))
            }
            Self::NothingGrantable => "nothing is left to do but what cannot be done".to_owned(),
        }
    }

    /// For people: the next step, where there is one to take.
    pub fn fix(&self) -> Option<String> {
        let fix = match self {
            Self::AlreadySo | Self::Gone => return None,
            Self::IsMaster => "take it out of the event; RDS looks after the master user",
            Self::Protected { by: None, .. } => "take it out of the event, or out of NIGHTSHIFT_PROTECTED",
            Self::Protected { by: Some(_), .. } => "take it out of the event, or revoke that role from it",
            Self::PrivilegedRole { .. } => "take it out of the event, or take those rights from it first",
            Self::NotOurs { .. } => "as its maker, GRANT it to the master user WITH ADMIN OPTION, or drop it",
            Self::MasterIsMember => "revoke the role from the master user, or choose another name",
            Self::IsLogin => {
                "choose another name; if nobody is to log in as it any more, name it with \"auth\": \"nobody\""
            }
            Self::RoleRefused { role, why } => {
                let other = format!("name another role than {}", printable(role));
                return Some(match why.fix() {
                    Some(fix) => format!("{other}; or, of that one: {fix}"),
                    None => other,
                });
            }
            Self::IamLockout => "try it on a server that may be lost, then set NIGHTSHIFT_IAM_USERS=accept-lockout",
            Self::IamMember => "say \"auth\": \"iam\" if that is meant, or revoke rds_iam from it",
            Self::NoIam => "turn on IAM database authentication for the server",
            Self::DatabaseMissing { .. } => "create it, or set \"create_database\": true",
            Self::RoleMissing { .. } => "name it in the event, or create it",
            Self::NeedLeft { .. } => "mend that one first, as its own reason says",
            Self::SecretUnknown { fix, .. } => fix,
            Self::SecretManaged { .. } => "choose another secret name",
            Self::SecretOfAnother { .. } => {
                "choose another secret name, or give that secret this user's username and host by hand"
            }
            Self::RotationPending { .. } => {
                "let the rotation end, or end it (aws secretsmanager cancel-rotate-secret), and run this again"
            }
            Self::NeitherWorks { .. } => {
                "see what the rotation fails by, and let Secrets Manager try again; or end it (aws secretsmanager \
                 cancel-rotate-secret), and run this again, which sets the password that is handed out"
            }
            Self::AlternateRefused { .. } => "rotate the secret (aws secretsmanager rotate-secret)",
            Self::LoginUnknown { .. } => "mend what stands above and run this again; the password was not touched",
            Self::NoRotationFunction => "give \"lambda_arn\" in its rotation, or set NIGHTSHIFT_ROTATION_FUNCTION_ARN",
            Self::OwnsObjects { .. } => "name an heir by \"reassign_to\"; nothing is dropped with a user",
            Self::HasClone { .. } => "name both in the event with \"state\": \"absent\"",
            Self::NothingGrantable => "see its notes",
            Self::GrantedByOthers { .. } => "revoke them as those roles, or make the master user a member of them",
            Self::PassedOn { .. } => {
                "grant those others what they need as the owner, then revoke it from them as this user"
            }
            Self::StillNamed { .. } => "change those by hand, since what they do would change with it",
            Self::HasMembers { .. } => "revoke it from them first, or name them in the event, too",
            Self::DatabaseClosed { .. } => "let the master user CONNECT there and run this again",
            Self::HeirCannotOwn { .. } => "as the owner of that, grant the heir CREATE there, or name another heir",
            Self::UnsafeSchema { .. } => {
                "revoke CREATE on that schema from all others and remove what they put there, or create the extension by hand"
            }
            Self::PatternsTie { .. } => "revoke the privileges on all but one of them by hand",
            Self::OtherPlugin { .. } => "give it mysql_native_password, or look after it by hand",
        };
        Some(fix.to_owned())
    }
}

fn owned(held: &[Held]) -> String {
    let places: Vec<_> = held
        .iter()
        .filter(|held| held.owns > 0)
        .map(|held| {
            let objects = count(usize::try_from(held.owns).unwrap_or_default(), "object");
            match &held.database {
                Some(database) => format!("{objects} in database {}", printable(database)),
                None => format!("{objects} shared by all databases"),
            }
        })
        .collect();
    places.join(", ")
}

/// The first of a list, and how many there are besides.
fn some_of(list: &[String]) -> String {
    const SHOWN: usize = 5;
    let first = list.iter().take(SHOWN).map(|one| printable(one)).collect::<Vec<_>>().join(", ");
    let more = list.len().saturating_sub(SHOWN);
    if more == 0 { first } else { format!("{first} and {more} more") }
}
