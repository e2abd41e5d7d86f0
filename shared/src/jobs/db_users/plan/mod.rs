//! What to do about every user of the event, and why about the rest. Pure: the same world, request and policy give the
//! same plan, whatever order the world was read in.

mod action;
mod gate;
mod item;
mod listed;
mod mysql;
mod postgres;
mod presets;
mod secret;
mod why;

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

pub use action::{
    Action, Change, DropSecret, DropUser, Emptied, HandOver, Lent, Prepare, RotationStep, SecretPlan, SecretStep,
    Sessions, TagStep, abridged,
};
pub use presets::with_groups;
pub use why::{Left, Note, Why};

use super::model::{State as Catalogs, World};
use super::policy::Policy;
use super::request::{Request, State, UserRequest, ordered};
use crate::run;
use crate::run::caps::DELETIONS;
use crate::run::plan::Scope;

/// What every decision is made by.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// What may be touched.
    pub policy: &'a Policy,
    /// What is asked for.
    pub request: &'a Request,
}

/// What knows the ways of one kind of server.
#[derive(Debug)]
enum Planner<'a> {
    Postgres(Box<postgres::Planner<'a>>),
    Mysql(mysql::Planner<'a>),
}

impl<'a> Planner<'a> {
    fn new(world: &'a World, terms: Terms<'a>) -> Self {
        match &world.state {
            Catalogs::Postgres(catalog) => Self::Postgres(Box::new(postgres::Planner::new(world, catalog, terms))),
            Catalogs::Mysql(accounts) => Self::Mysql(mysql::Planner::new(world, accounts, terms)),
        }
    }

    fn prepare(&mut self) -> Result<Option<Prepare>, Why> {
        match self {
            Self::Postgres(planner) => planner.prepare(),
            Self::Mysql(planner) => planner.prepare(),
        }
    }

    fn has_role(&self, name: &str) -> bool {
        match self {
            Self::Postgres(planner) => planner.has_role(name),
            // There is nothing of another's that one could need.
            Self::Mysql(_) => true,
        }
    }

    fn change(&mut self, user: &UserRequest, needs: Vec<String>) -> Result<Action, Box<Left>> {
        match self {
            Self::Postgres(planner) => planner.change(user, needs),
            Self::Mysql(planner) => planner.change(user, needs),
        }
    }

    fn drop_user(&mut self, user: &UserRequest, needs: Vec<String>) -> Result<Action, Box<Left>> {
        match self {
            Self::Postgres(planner) => planner.drop_user(user, needs),
            Self::Mysql(planner) => planner.drop_user(user, needs),
        }
    }
}

/// What a plan is about, besides: consent to a plan for one server is none for another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Server and database.
    pub server: String,
    /// The region its secrets are in.
    pub region: String,
    /// The name its certificate bears, where that is not the host's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_name: Option<String>,
    /// What RDS calls the server for good: a restored one can take the name of that which was reviewed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_id: Option<String>,
}

impl Scope for Place {
    const FUNCTION: &'static str = "db-users";
}

/// The whole decision, in the order it is done.
pub type Plan = run::plan::Plan<Action, Left, Place>;

impl Plan {
    /// Decides about every user.
    pub fn make(world: &World, terms: Terms<'_>) -> Self {
        let (request, about_groups) = with_groups(terms.request, world);
        let mut plan = Self::of(world, Terms { request: &request, ..terms });
        for (user, note) in about_groups {
            plan.note(&user, note);
        }
        plan
    }

    /// Decides about every user and every group.
    fn of(world: &World, terms: Terms<'_>) -> Self {
        let server = &world.server;
        let place = Place {
            server: format!("{}:{}/{}", server.host, server.port, server.database),
            region: terms.request.region.clone(),
            tls_name: server.tls_name.clone(),
            resource_id: server.resource_id.clone(),
        };
        let mut plan = Self::empty(&world.account, place, terms.request.users.len());
        let mut planner = Planner::new(world, terms);
        match planner.prepare() {
            Ok(prepare) => plan.actions.extend(prepare.map(Action::Prepare)),
            Err(why) => {
                let left = |user: &UserRequest| Left { id: user.name.clone(), why: why.clone(), notes: Vec::new() };
                plan.left = terms.request.users.iter().map(left).collect();
                return plan;
            }
        }
        let mut refused = BTreeMap::new();
        // A circle is refused with the event.
        for user in ordered(&terms.request.users).unwrap_or_default() {
            let needs = plan.needs_of(user, terms);
            match decide(user, needs, &refused, world, terms, &mut planner) {
                Ok(action) => plan.actions.push(action),
                Err(left) => {
                    if left.why != Why::AlreadySo && left.why != Why::Gone {
                        refused.insert(user.name.clone(), left.why.clone());
                    }
                    plan.left.push(*left);
                }
            }
        }
        plan
    }

    /// How many users go.
    pub fn drops(&self) -> usize {
        self.count(DELETIONS)
    }

    fn note(&mut self, user: &str, note: Note) {
        let change = self.actions.iter_mut().find_map(|action| match action {
            Action::Change(change) if change.user == user => Some(&mut change.notes),
            _ => None,
        });
        let left = self.left.iter_mut().find(|left| left.id == user).map(|left| &mut left.notes);
        if let Some(notes) = change.or(left) {
            notes.push(note);
        }
    }

    /// The users of the event, and the database itself, that this one waits for in this run.
    fn needs_of(&self, user: &UserRequest, terms: Terms<'_>) -> Vec<String> {
        let waits = |id: &str| match self.actions.iter().find(|action| action.id() == id) {
            Some(Action::Prepare(_)) | None => false,
            Some(_) => true,
        };
        let prepare = self.actions.iter().filter_map(|action| match action {
            Action::Prepare(prepare) => Some(prepare.database.clone()),
            _ => None,
        });
        let mut needs: Vec<String> = prepare.collect();
        needs.extend(user.needs().filter(|need| waits(need)).cloned());
        // A schema's maker, a group and the like are other users; the same name under another host is not.
        needs.retain(|need| *need != user.name || *need == terms.request.database);
        needs
    }
}

fn decide(
    user: &UserRequest,
    needs: Vec<String>,
    refused: &BTreeMap<String, Why>,
    world: &World,
    terms: Terms<'_>,
    planner: &mut Planner<'_>,
) -> Result<Action, Box<Left>> {
    let leave = |why| Box::new(Left { id: user.name.clone(), why, notes: Vec::new() });
    gate::judge_itself(user, world, terms).map_err(leave)?;
    for (purpose, role) in user.uses() {
        let judged = gate::judge(role, gate::Place::For(purpose), world, terms);
        let judged = judged.and(refused.get(role).filter(|why| why.is_refusal()).cloned().map_or(Ok(()), Err));
        judged.map_err(|why| leave(Why::RoleRefused { role: role.clone(), why: Box::new(why) }))?;
        if refused.contains_key(role) && !planner.has_role(role) {
            return Err(leave(Why::NeedLeft { user: role.clone() }));
        }
    }
    match user.state {
        State::Present => planner.change(user, needs),
        State::Absent => planner.drop_user(user, needs),
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "plan for {}: {} to do, {} left alone", self.scope.server, self.actions.len(), self.left.len())?;
        for action in &self.actions {
            writeln!(f, "  {}", action.id())?;
            for step in action.steps() {
                writeln!(f, "    {step}")?;
            }
            match action {
                Action::Prepare(_) => {}
                Action::Change(change) => write_notes(f, &change.notes)?,
                Action::Drop(drop) => write_notes(f, &drop.notes)?,
            }
        }
        for left in &self.left {
            writeln!(f, "  {}: [{}] {}", left.id, left.why.code(), left.why.message())?;
            write_notes(f, &left.notes)?;
        }
        Ok(())
    }
}

fn write_notes(f: &mut fmt::Formatter<'_>, notes: &[Note]) -> fmt::Result {
    notes.iter().try_for_each(|note| writeln!(f, "    note [{}] {}", note.code, note.message))
}

#[cfg(test)]
mod tests;
