//! On whose behalf the master user may act.

use super::{Planner, sql};
use crate::domains::databases::names::is_reserved;
use crate::jobs::db_users::model::Membership;
use crate::jobs::db_users::plan::statement::Statement;
use crate::services::sql::Engine;
use crate::services::sql::ident;

/// How the master comes by an owner's rights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Authority {
    /// It has them.
    Own,
    /// It can make itself a member for the length of a transaction.
    Borrowed,
    /// Not at all.
    None,
}

impl Planner<'_> {
    /// How the master may act as `owner`.
    pub(super) fn authority(&self, owner: &str) -> Authority {
        let master = self.master();
        let is_super = |name: &str| self.catalog.roles.get(name).is_some_and(|role| role.superuser);
        if owner == master || is_super(master) {
            return Authority::Own;
        }
        // To be used is to be touched, whether the master has the rights by inheritance or borrows them.
        if self.terms.policy.protected.find([owner]).is_some() {
            return Authority::None;
        }
        if owner == "pg_database_owner" {
            let owner = self.catalog.database.as_ref().map_or("", |database| database.owner.as_str());
            let ours = owner == master || (!owner.is_empty() && self.has_rights_of(master, owner));
            return if ours { Authority::Own } else { Authority::None };
        }
        if self.has_rights_of(master, owner) {
            return Authority::Own;
        }
        let lendable = self.has_role(owner)
            && !is_super(owner)
            && !is_reserved(owner, Engine::Postgres)
            && !self.is_member(owner, master)
            && !self.is_member(owner, "rds_iam");
        if lendable && self.may_borrow(owner) { Authority::Borrowed } else { Authority::None }
    }

    /// Whether the master may change `role` and make others members of it.
    pub(super) fn administers(&self, role: &str) -> bool {
        let Some(master) = self.catalog.roles.get(self.master()) else { return false };
        if master.superuser || (self.version() < 16 && master.creates_roles) {
            return true;
        }
        let ours = |member: &str| member == self.master() || self.has_rights_of(self.master(), member);
        self.catalog.memberships.iter().any(|row| row.role == role && row.admin && ours(&row.member))
    }

    fn may_borrow(&self, owner: &str) -> bool {
        // Before 16 a membership that does not inherit is not to be had otherwise, and giving it back would take it away.
        let idle = self.catalog.memberships.iter().any(|row| row.role == owner && row.member == self.master());
        self.administers(owner) && (self.version() >= 16 || !idle)
    }

    /// The two statements that make the master a member of `owner` and undo that.
    pub(super) fn borrow(&self, owner: &str) -> (Statement, Statement) {
        let (role, master) = (ident(owner), ident(self.master()));
        if self.version() < 16 {
            return (sql(format!("GRANT {role} TO {master}")), sql(format!("REVOKE {role} FROM {master}")));
        }
        let own_row =
            |row: &&Membership| row.role == owner && row.member == self.master() && row.grantor == self.master();
        let back = match self.catalog.memberships.iter().find(own_row) {
            Some(row) => {
                let word = |flag| if flag { "TRUE" } else { "FALSE" };
                format!("GRANT {role} TO {master} WITH INHERIT {}, SET {}", word(row.inherit), word(row.set))
            }
            None => format!("REVOKE {role} FROM {master}"),
        };
        (sql(format!("GRANT {role} TO {master} WITH INHERIT TRUE, SET TRUE")), sql(back))
    }

    /// The row the server writes when the master makes a role, from version 16 on.
    pub(super) fn made_by_master(&self, role: &str) -> Membership {
        Membership {
            role: role.to_owned(),
            member: self.master().to_owned(),
            grantor: "the server".to_owned(),
            admin: true,
            inherit: false,
            set: false,
        }
    }

    /// Whether `member` is one of `role`, by whatever chain.
    pub(super) fn is_member(&self, member: &str, role: &str) -> bool {
        self.catalog.is_member(member, role)
    }

    /// Whether `member` has the rights of `role` without asking.
    fn has_rights_of(&self, member: &str, role: &str) -> bool {
        self.catalog.reached(member, |row| row.inherit).contains(role)
    }
}
