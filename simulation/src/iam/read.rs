//! Reading: pages, and only the fields that are looked at, with a few that must not matter.

use jiff::Timestamp;

use super::state::{Iam, User};
use super::{Outcome, Shown};
use crate::aged::Tags;
use crate::wire::{Answered, Refusal, Request, Xml};

impl Iam {
    pub(super) fn details(&self, request: &mut Request, then: Timestamp) -> Answered<Outcome> {
        let filter = request.list("Filter.member");
        let most = most(request)?;
        // By whom was shown last, who may be gone by now.
        let behind = request.text("Marker").unwrap_or_default();
        request.done()?;
        if filter != ["User"] {
            return Err(Refusal::OfSimulation(format!("details of {}", filter.join(", "))));
        }
        let all = self.users.values().filter(|user| user.id > behind && user.created <= then);
        let shown: Vec<_> = all.clone().take(most).collect();
        let last = shown.last().filter(|_| all.count() > most).map(|user| user.id.clone());
        let body = Xml::answer("GetAccountAuthorizationDetails", |xml| {
            xml.leaf("IsTruncated", last.is_some());
            xml.maybe("Marker", last);
            xml.within("UserDetailList", |xml| {
                for user in &shown {
                    xml.within("member", |xml| self.detail(xml, user, user.tags.at(then)));
                }
            });
        });
        let faces = shown.iter().map(|user| user.face(user.tags.at(then))).collect();
        Ok(Outcome::shown(body, Shown::Users(faces)))
    }

    fn detail(&self, xml: &mut Xml, user: &User, tags: &Tags) {
        self.who(xml, user);
        xml.within("GroupList", |xml| user.groups.iter().for_each(|group| xml.leaf("member", group)));
        xml.within("AttachedManagedPolicies", |xml| {
            for policy in &user.policies {
                xml.within("member", |xml| {
                    xml.leaf("PolicyName", policy);
                    xml.leaf("PolicyArn", format!("arn:aws:iam::aws:policy/{policy}"));
                });
            }
        });
        tag_list(xml, tags);
    }

    fn who(&self, xml: &mut Xml, user: &User) {
        xml.leaf("Path", &user.path);
        xml.leaf("UserName", &user.name);
        xml.leaf("UserId", &user.id);
        xml.leaf("Arn", self.arn(user));
        xml.leaf("CreateDate", user.created);
    }

    /// The ARN of `user`, which holds its name and path.
    pub fn arn(&self, user: &User) -> String {
        format!("arn:aws:iam::{}:user{}{}", self.account, user.path, user.name)
    }

    pub(super) fn get_user(&self, request: &mut Request, then: Timestamp) -> Answered<Outcome> {
        let name = request.needed("UserName")?;
        request.done()?;
        let user = self.named(&name).filter(|user| user.created <= then).ok_or_else(|| no_user(&name))?;
        let tags = user.tags.at(then);
        let body = Xml::answer("GetUser", |xml| {
            xml.within("User", |xml| {
                self.who(xml, user);
                tag_list(xml, tags);
            });
        });
        Ok(Outcome::shown(body, Shown::User(user.face(tags))))
    }

    pub(super) fn list_keys(&self, request: &mut Request, then: Timestamp) -> Answered<Outcome> {
        let name = request.needed("UserName")?;
        let most = most(request)?;
        if request.text("Marker").is_some() {
            return Err(Refusal::OfSimulation("a second page of keys".to_owned()));
        }
        request.done()?;
        let user = self.named(&name).filter(|user| user.created <= then).ok_or_else(|| no_user(&name))?;
        let keys = user.keys.at(then);
        if keys.len() > most {
            return Err(Refusal::OfSimulation("a page of less than all keys".to_owned()));
        }
        let body = Xml::answer("ListAccessKeys", |xml| {
            xml.leaf("IsTruncated", false);
            xml.within("AccessKeyMetadata", |xml| {
                for key in keys {
                    xml.within("member", |xml| {
                        xml.leaf("UserName", &user.name);
                        xml.leaf("AccessKeyId", &key.id);
                        xml.leaf("Status", if key.active { "Active" } else { "Inactive" });
                        xml.leaf("CreateDate", key.created);
                    });
                }
            });
        });
        let shown = keys.iter().map(|key| (key.id.clone(), key.active)).collect();
        Ok(Outcome::shown(body, Shown::Keys(user.id.clone(), shown)))
    }

    pub(super) fn last_used(&self, request: &mut Request, then: Timestamp) -> Answered<Outcome> {
        let id = request.needed("AccessKeyId")?;
        request.done()?;
        let found = self.users.values().find_map(|user| {
            let key = user.keys.at(then).iter().find(|key| key.id == id)?;
            Some((user, key))
        });
        // Of a key that is nobody's AWS says that one may not.
        let (user, key) = found.ok_or_else(|| {
            Refusal::of(403, "AccessDenied", format!("not authorized to perform this on access key {id}"))
        })?;
        let (at, service) = key.used.unzip();
        let body = Xml::answer("GetAccessKeyLastUsed", |xml| {
            xml.leaf("UserName", &user.name);
            xml.within("AccessKeyLastUsed", |xml| {
                xml.maybe("LastUsedDate", at);
                xml.leaf("ServiceName", service.unwrap_or("N/A"));
                xml.leaf("Region", if service.is_some_and(|service| service != "s3") { "eu-west-1" } else { "N/A" });
            });
        });
        Ok(Outcome::of(body))
    }
}

fn most(request: &mut Request) -> Answered<usize> {
    let most = request.number("MaxItems")?.unwrap_or(100);
    if (1..=1000).contains(&most) { Ok(most) } else { Err(invalid(format!("MaxItems is {most}"))) }
}

fn tag_list(xml: &mut Xml, tags: &Tags) {
    xml.within("Tags", |xml| {
        for (key, value) in tags {
            xml.within("member", |xml| {
                xml.leaf("Key", key);
                xml.leaf("Value", value);
            });
        }
    });
}

pub(super) fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::of(400, "ValidationError", message)
}

pub(super) fn no_user(name: &str) -> Refusal {
    Refusal::of(404, "NoSuchEntity", format!("The user with name {name} cannot be found."))
}
