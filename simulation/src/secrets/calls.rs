//! The calls: what AWS checks, in its order, what becomes of it, and what it answers.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::state::{CURRENT, Secret, Secrets, key_in};
use super::{Deed, Effect, Outcome};
use crate::aged::Tags;
use crate::wire::{Answered, Refusal, Request};

/// The longest value, in bytes.
const MOST_BYTES: usize = 65_536;

fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::of(400, "InvalidParameterException", message)
}

impl Secrets {
    fn found(&mut self, request: &mut Request) -> Answered<&mut Secret> {
        let id = request.needed("SecretId")?;
        let found = self.secrets.values_mut().find(|secret| secret.name == id || secret.arn == id);
        let none = || Refusal::of(400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
        found.ok_or_else(none)
    }

    /// One that is not on its way out.
    fn standing(&mut self, request: &mut Request) -> Answered<&mut Secret> {
        let found = self.found(request)?;
        if found.deletion.is_some() {
            return Err(Refusal::of(
                400,
                "InvalidRequestException",
                "You can't perform this operation on the secret because it was marked for deletion.",
            ));
        }
        Ok(found)
    }

    pub(super) fn describe(&mut self, request: &mut Request, then: Timestamp) -> Answered<Outcome> {
        let found = self.found(request)?;
        request.done()?;
        let mut stages = Map::new();
        for (label, version) in found.labels.at(then) {
            let of = stages.entry(version.clone()).or_insert_with(|| json!([]));
            of.as_array_mut().into_iter().for_each(|of| of.push(json!(label)));
        }
        let tags: Vec<_> = found.tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect();
        let mut body = json!({
            "ARN": found.arn, "Name": found.name, "RotationEnabled": false, "Tags": tags, "VersionIdsToStages": stages,
        });
        if let Some(at) = found.deletion {
            body["DeletedDate"] = json!(at.as_second());
        }
        Ok(Outcome::of(body.to_string()))
    }

    pub(super) fn list_versions(&mut self, request: &mut Request, then: Timestamp) -> Answered<Outcome> {
        let all = request.truth("IncludeDeprecated");
        let most = request.whole("MaxResults").unwrap_or(100);
        if request.text("NextToken").is_some() {
            return Err(Refusal::OfSimulation("a second page of versions".to_owned()));
        }
        let found = self.found(request)?;
        request.done()?;
        if !all || found.versions.len() > most {
            return Err(Refusal::OfSimulation("some of the versions".to_owned()));
        }
        let labels = found.labels.at(then);
        let versions = found.versions.iter().filter(|(_, version)| version.created <= then).map(|(id, version)| {
            let stages: Vec<_> = labels.iter().filter(|(_, of)| *of == id).map(|(label, _)| label).collect();
            let mut listed =
                json!({"VersionId": id, "VersionStages": stages, "CreatedDate": version.created.as_second()});
            if let Some(day) = version.accessed {
                listed["LastAccessedDate"] = json!(day.as_second());
            }
            listed
        });
        let versions: Vec<_> = versions.collect();
        Ok(Outcome::of(json!({"ARN": found.arn, "Name": found.name, "Versions": versions}).to_string()))
    }

    pub(super) fn get_policy(&mut self, request: &mut Request) -> Answered<Outcome> {
        let found = self.standing(request)?;
        request.done()?;
        let mut body = json!({"ARN": found.arn, "Name": found.name});
        if let Some(policy) = &found.policy {
            body["ResourcePolicy"] = json!(policy);
        }
        Ok(Outcome::of(body.to_string()))
    }

    pub(super) fn get_value(&mut self, request: &mut Request, now: Timestamp) -> Answered<Outcome> {
        let (version, stage) = (request.text("VersionId"), request.text("VersionStage"));
        let found = self.standing(request)?;
        request.done()?;
        let labels = found.labels.get();
        let of_stage = labels.get(stage.as_deref().unwrap_or(CURRENT)).cloned();
        let id = match (version, stage) {
            (Some(id), Some(_)) if of_stage.as_ref() != Some(&id) => {
                return Err(Refusal::of(
                    400,
                    "InvalidRequestException",
                    "You provided a VersionStage that is not associated to the provided VersionId.",
                ));
            }
            (Some(id), _) => id,
            (None, _) => of_stage.unwrap_or_default(),
        };
        let none =
            || Refusal::of(400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret value.");
        let value = found.read(&id, now).ok_or_else(none)?;
        let body = json!({"ARN": found.arn, "Name": found.name, "VersionId": id, "SecretString": value}).to_string();
        Ok(Outcome::did(body, Effect { name: found.name.clone(), deed: Deed::Read { version: id } }))
    }

    pub(super) fn create(&mut self, request: &mut Request, now: Timestamp) -> Answered<Outcome> {
        let (name, token) = (request.needed("Name")?, request.needed("ClientRequestToken")?);
        let value = request.needed("SecretString")?;
        request.text("Description");
        let tags: Tags = request.pairs("Tags").into_iter().collect();
        request.done()?;
        check(&token, &value)?;
        if !name.chars().all(|c| c.is_ascii_alphanumeric() || "/_+=.@-".contains(c)) || name.len() > 512 {
            return Err(Refusal::of(400, "ValidationException", format!("Invalid name {name}")));
        }
        if let Some(found) = self.secrets.get(&name) {
            if found.deletion.is_some() {
                return Err(Refusal::of(
                    400,
                    "InvalidRequestException",
                    "You can't create this secret because a secret with this name is already scheduled for deletion.",
                ));
            }
            // The same token with the same value again is the answer that was lost.
            if found.versions.get(&token).is_some_and(|version| version.value == value) {
                return Ok(Outcome::of(json!({"ARN": found.arn, "Name": name, "VersionId": token}).to_string()));
            }
            return Err(Refusal::of(400, "ResourceExistsException", format!("The secret {name} already exists.")));
        }
        let made = self.make(&name, tags, (&token, &value), now).map(|made| made.arn.clone());
        let body = json!({"ARN": made, "Name": name, "VersionId": token}).to_string();
        Ok(Outcome::did(body, Effect { name, deed: Deed::Made }))
    }

    pub(super) fn restore_secret(&mut self, request: &mut Request) -> Answered<Outcome> {
        let found = self.found(request)?;
        request.done()?;
        found.deletion = None;
        let body = json!({"ARN": found.arn, "Name": found.name}).to_string();
        Ok(Outcome::did(body, Effect { name: found.name.clone(), deed: Deed::Restored }))
    }

    pub(super) fn put_policy(&mut self, request: &mut Request) -> Answered<Outcome> {
        let document = request.needed("ResourcePolicy")?;
        request.truth("BlockPublicPolicy");
        let found = self.standing(request)?;
        request.done()?;
        let is_json = serde_json::from_str::<Value>(&document).is_ok_and(|value| value["Statement"].is_array());
        if !is_json || document.len() > 20_480 {
            return Err(Refusal::of(
                400,
                "MalformedPolicyDocumentException",
                "This resource policy contains a syntax error.",
            ));
        }
        found.policy = Some(document.clone());
        let body = json!({"ARN": found.arn, "Name": found.name}).to_string();
        Ok(Outcome::did(body, Effect { name: found.name.clone(), deed: Deed::Policy { document } }))
    }

    pub(super) fn put_value(&mut self, request: &mut Request, now: Timestamp) -> Answered<Outcome> {
        let (token, value) = (request.needed("ClientRequestToken")?, request.needed("SecretString")?);
        let mut labels = request.texts("VersionStages");
        let found = self.standing(request)?;
        request.done()?;
        check(&token, &value)?;
        if labels.is_empty() {
            labels.push(CURRENT.to_owned());
        }
        let body =
            json!({"ARN": found.arn, "Name": found.name, "VersionId": token, "VersionStages": labels}).to_string();
        match found.versions.get(&token) {
            Some(version) if version.value == value => return Ok(Outcome::of(body)),
            Some(_) => {
                let message = format!("You can't use ClientRequestToken {token} because that value is already in use.");
                return Err(Refusal::of(400, "ResourceExistsException", message));
            }
            None => {}
        }
        found.store(&token, &value, &labels, now);
        let deed = Deed::Stored { version: token, key: key_in(&value), labels };
        Ok(Outcome::did(body, Effect { name: found.name.clone(), deed }))
    }

    pub(super) fn move_label(&mut self, request: &mut Request, now: Timestamp) -> Answered<Outcome> {
        let label = request.needed("VersionStage")?;
        let (to, from) = (request.text("MoveToVersionId"), request.text("RemoveFromVersionId"));
        let found = self.standing(request)?;
        request.done()?;
        let holder = found.labels.get().get(&label).cloned();
        if let Some(id) = to.iter().chain(&from).find(|id| !found.versions.contains_key(*id)) {
            return Err(Refusal::of(400, "ResourceNotFoundException", format!("no version {id}")));
        }
        if from.is_some() && from != holder {
            return Err(invalid(format!("The parameter RemoveFromVersionId doesn't have the staging label {label}.")));
        }
        match (&to, &from, &holder) {
            (None, None, _) => return Err(invalid("neither MoveToVersionId nor RemoveFromVersionId")),
            (Some(to), None, Some(holder)) if holder != to => {
                return Err(invalid(format!(
                    "You must specify RemoveFromVersionId to move the staging label {label}."
                )));
            }
            (None, Some(_), _) if label == CURRENT => {
                return Err(invalid("You can only move staging label AWSCURRENT to a different secret version."));
            }
            _ => {}
        }
        if let Some(to) = &to {
            found.put_label(&label, to, now);
        } else {
            let mut all = found.labels.get().clone();
            all.remove(&label);
            found.labels.set(now, all);
        }
        let body = json!({"ARN": found.arn, "Name": found.name}).to_string();
        Ok(Outcome::did(body, Effect { name: found.name.clone(), deed: Deed::Labelled { label, to, from } }))
    }
}

/// Refuses a token or a value that AWS would not take.
fn check(token: &str, value: &str) -> Answered<()> {
    if !(32..=64).contains(&token.len()) {
        return Err(invalid(format!("a ClientRequestToken of {} characters", token.len())));
    }
    if value.len() > MOST_BYTES {
        return Err(Refusal::of(400, "ValidationException", format!("A secret value has at most {MOST_BYTES} bytes.")));
    }
    Ok(())
}
