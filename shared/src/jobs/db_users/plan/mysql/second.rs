//! The right to a second password of one's own, which the rotation of a login with two takes. It lets a login keep the password
//! before its last one, and nothing else.

use super::{Planner, sql};
use crate::domains::databases::Statement;
use crate::jobs::db_users::codes;
use crate::jobs::db_users::plan::why::Note;
use crate::jobs::db_users::request::{Revoke, Rotation, UserRequest};

/// Granted on all databases: the server knows no narrower one.
const RIGHT: &str = "APPLICATION_PASSWORD_ADMIN ON *.*";

impl Planner<'_> {
    /// Gives it to whom the event has rotated so. Where the event has it rotated otherwise, or not at all, it is one right more
    /// than the event gives; where the event does not say, it stays.
    pub(super) fn second(
        &self,
        user: &UserRequest,
        name: &str,
        has_it: bool,
        statements: &mut Vec<Statement>,
        notes: &mut Vec<Note>,
    ) {
        if user.is_dual() {
            if !has_it {
                statements.push(sql(format!("GRANT {RIGHT} TO {name}")));
            }
        } else if has_it && user.rotation != Rotation::AsIs {
            if self.terms.request.revoke == Revoke::None {
                notes.push(Note {
                    code: &codes::DRIFT,
                    message:
                        "it may keep a second password (APPLICATION_PASSWORD_ADMIN), which its rotation does not take"
                            .to_owned(),
                    fix: Some("\"revoke\": \"managed\" takes that back".to_owned()),
                });
            } else {
                statements.push(sql(format!("REVOKE {RIGHT} FROM {name}")));
            }
        }
    }
}
