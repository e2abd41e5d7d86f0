//! The roles a user is a member of and the event does not name.

use super::{Draft, Planner, sql};
use crate::jobs::db_users::codes;
use crate::jobs::db_users::plan::gate::{self, Place};
use crate::jobs::db_users::request::{Auth, Use, UserRequest};
use crate::services::sql::ident;
use crate::text::printable;

impl Planner<'_> {
    pub(super) fn revoke_memberships(&self, user: &UserRequest, everywhere: bool, draft: &mut Draft) {
        let rows = self.catalog.memberships.iter().filter(|row| row.member == user.name);
        for row in rows {
            let wanted = user.member_of.contains(&row.role)
                || user.leaves.as_ref() == Some(&row.role)
                || (user.auth == Auth::Iam && row.role == "rds_iam");
            if wanted {
                continue;
            }
            let ours = (row.grantor == self.master() || self.version() < 16) && self.administers(&row.role);
            if everywhere && ours {
                draft.revokes.push(sql(format!("REVOKE {} FROM {}", ident(&row.role), ident(&user.name))));
            } else if everywhere {
                draft.note(
                    &codes::FOREIGN_GRANT,
                    format!("it is a member of {}, by {}", printable(&row.role), printable(&row.grantor)),
                    "revoke it as its grantor if it is not meant",
                );
            } else {
                draft.note(
                    &codes::DRIFT,
                    format!("it is a member of {}, which the event does not say", printable(&row.role)),
                    "revoke it by hand, or with \"revoke\": \"all\", if it is not meant",
                );
            }
        }
    }

    /// The user leaves a group that its own takes the place of.
    pub(super) fn leave(&self, user: &UserRequest, group: &str, draft: &mut Draft) {
        let mut rows = self.catalog.memberships.iter().filter(|row| row.member == user.name && row.role == group);
        let ours = rows.all(|row| row.grantor == self.master() || self.version() < 16) && self.administers(group);
        if ours && gate::judge(group, Place::For(Use::Member), self.world, self.terms).is_ok() {
            draft.role.push(sql(format!("REVOKE {} FROM {}", ident(group), ident(&user.name))));
        } else {
            draft.note(
                &codes::FOREIGN_GRANT,
                format!("it stays a member of {}, which the master user cannot take back", printable(group)),
                "revoke it as its grantor",
            );
        }
    }
}
