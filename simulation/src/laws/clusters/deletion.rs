//! What goes: only what is due, whose owner was told, and whose data is somewhere.

use jiff::{SignedDuration, Timestamp};

use super::case::{Case, Seen};
use super::terms::{Keep, address, expiry, moment, owner, read_as};
use crate::journal::Mail;
use crate::laws::variables::OPERATORS;
use crate::rds::{Effect, Face};

type Found = Vec<(Timestamp, String)>;

/// So much earlier or later may two runs begin that are meant to be so far apart.
pub(super) const JITTER: SignedDuration = SignedDuration::from_mins(5);

/// **due**: whatever a run takes it looked at before, and what it saw then was to go: expired, with every mark, protected by
/// nothing, Aurora, in no global cluster, and one person's. It grants a person the moments between that look and the call.
pub(super) fn due(case: &Case<'_>) -> Found {
    let mut found = Found::new();
    for run in &case.runs {
        for (place, at, face) in run.took().into_values() {
            let id = &face.id;
            let Some(seen) = run.looked(&face.resource_id, place) else {
                found.push((at, format!("{id} was taken without being looked at")));
                continue;
            };
            let why = match expiry(seen) {
                None => Some("its tags name no day on which it goes".to_owned()),
                Some(day) if day > at => Some(format!("it was to go on {day}")),
                Some(_) if !run.terms.marked(&seen.tags) => Some("it did not have every mark".to_owned()),
                Some(_) if run.terms.protects_cluster(seen) => Some("a pattern protects it".to_owned()),
                Some(_) if seen.global.is_some() => Some("it is in a global cluster".to_owned()),
                Some(_) if !seen.engine.starts_with("aurora-") => Some(format!("it is {}", seen.engine)),
                Some(_) => {
                    let named = seen.tags.keys().filter(|key| key.eq_ignore_ascii_case("owner")).count();
                    (named > 1 && owner(&seen.tags).is_none()).then(|| "its owners differ".to_owned())
                }
            };
            found.extend(why.map(|why| (at, format!("{id} was taken, and {why}: {:?}", seen.tags))));
        }
    }
    found
}

/// **told**: before a run takes anything of a cluster, its present owner could read that it goes at its present expiry, long
/// enough before and not too long ago; and no run between saw it with another expiry, owner or name, or without its marks. In
/// the place of an owner who cannot be reached, or whom nobody names, the operators read it. What was begun is gone on with
/// under an old notice.
pub(super) fn told(case: &Case<'_>) -> Found {
    let mut found = Found::new();
    for (number, run) in case.runs.iter().enumerate() {
        for (place, at, face) in run.took().into_values() {
            let (Some(seen), true) = (run.looked(&face.resource_id, place), run.terms.notice() > SignedDuration::ZERO)
            else {
                continue;
            };
            let Some(day) = expiry(seen) else { continue };
            let begun = case.runs[..number].iter().any(|before| before.took().contains_key(&*face.resource_id));
            let is_good = |before: &Seen<'_>| {
                let age = run.at.duration_since(before.at);
                age + JITTER >= run.terms.notice()
                    && (begun || age <= run.terms.valid() + JITTER)
                    && before.mails().any(|mail| tells(mail, before, seen, day))
            };
            let last = case.runs[..number].iter().rposition(is_good);
            let Some(last) = last else {
                let owner = owner(&seen.tags).unwrap_or("nobody");
                found.push((
                    at,
                    format!(
                        "{} of {owner} was taken, and nobody could read in time that it goes on {}",
                        seen.id,
                        read_as(day)
                    ),
                ));
                continue;
            };
            let between = case.runs[last + 1..=number].iter();
            let broken = between.flat_map(|run| run.listed().map(move |face| (run, face))).find(|(run, face)| {
                face.resource_id == seen.resource_id && (!run.terms.marked(&face.tags) || is_another(face, seen, day))
            });
            if let Some((when, other)) = broken {
                let said =
                    format!("{} was taken under a notice that was broken at {}: {:?}", seen.id, when.at, other.tags);
                found.push((at, said));
            }
        }
    }
    found
}

/// Whether a notice about `seen` says nothing of it as it is shown here.
fn is_another(face: &Face, seen: &Face, day: Timestamp) -> bool {
    expiry(face) != Some(day) || face.id != seen.id || owner(&face.tags) != owner(&seen.tags)
}

/// Whether whoever got `mail` could read that `seen` goes at `day`, and had to.
pub(super) fn tells(mail: &Mail, run: &Seen<'_>, seen: &Face, day: Timestamp) -> bool {
    let to_owner = owner(&seen.tags).is_some_and(|owner| mail.to.iter().any(|to| *to == address(owner)));
    let in_their_place = owner(&seen.tags).is_none_or(|owner| run.unreachable(&address(owner)));
    let reaches = to_owner || in_their_place && mail.to.iter().any(|to| to == OPERATORS);
    reaches && says(mail, &seen.id, day)
}

/// Whether `mail` has the cluster `id` with the moment `day` under it, as something that will go.
pub(super) fn says(mail: &Mail, id: &str, day: Timestamp) -> bool {
    about(mail, id).any(|part| part.contains(&read_as(day)) && (part.contains("Expires") || part.contains("Expired")))
}

/// What `mail` says about the cluster `id`: from each line that is its name to the next blank line or so.
pub(super) fn about<'a>(mail: &'a Mail, id: &str) -> impl Iterator<Item = &'a str> {
    let is_name = move |line: &str| line.split([' ', '(', ',']).next().map(str::trim) == Some(id);
    let starts: Vec<_> = mail
        .text
        .split_inclusive('\n')
        .scan(0, |at, line| {
            let here = *at;
            *at += line.len();
            Some((here, line))
        })
        .filter(|(_, line)| is_name(line.trim_start_matches([' ', '-', '*', '\u{2022}']).trim_end()))
        .map(|(at, _)| at)
        .collect();
    starts.into_iter().map(|start| {
        let rest = &mail.text[start..];
        rest.find("\n\n").map_or(rest, |end| &rest[..end])
    })
}

/// **kept**: what goes leaves a snapshot, but where the policy keeps nothing, or the cluster it was cloned from stands: that one
/// is no clone itself, and no run takes it without a snapshot while a snapshot of the clone would have been kept. A raw copy never
/// leaves one.
pub(super) fn kept(case: &Case<'_>) -> Found {
    let mut found = Found::new();
    for run in &case.runs {
        for (place, at, effect) in run.did() {
            let Effect::ClusterGoing { face, snapshot } = effect else { continue };
            let Some(seen) = run.looked(&face.resource_id, place) else { continue };
            match (is_raw(seen), snapshot) {
                (true, Some(snapshot)) => {
                    found.push((at, format!("{} is a raw copy, and its data is in {snapshot} now", face.id)));
                    continue;
                }
                (true, None) | (false, Some(_)) => continue,
                (false, None) => {}
            }
            let source = seen.tags.get("nightshift:source");
            let holds = |other: &&Face| {
                source == Some(&other.id)
                    && other.clone_group.is_some()
                    && other.clone_group == seen.clone_group
                    && other.status != "deleting"
                    && other.created < seen.created
            };
            let source = run.listed().find(holds);
            let why = match (run.terms.keep(), source) {
                (Keep::Never, _) => None,
                (Keep::UnlessClone, Some(source)) => goes_too(case, run, source),
                _ => Some("its data is nowhere".to_owned()),
            };
            found.extend(why.map(|why| (at, format!("{} went, and {why}", face.id))));
        }
    }
    found
}

/// Whether it bears all that a copy in quarantine bears.
fn is_raw(seen: &Face) -> bool {
    let begins = |key: &str, with: &str| seen.tags.get(key).is_some_and(|value| value.starts_with(with));
    let all = [
        ("nightshift:raw", ""),
        ("nightshift:rules", ""),
        ("nightshift:tool", "nightshift "),
        ("nightshift:source", "arn:"),
    ];
    all.into_iter().all(|(key, with)| begins(key, with))
        && seen.tags.get("nightshift:clone").is_some_and(|state| state == "creating")
}

/// Whether `source` is taken without a snapshot, by this run or while the clone's would have been kept.
fn goes_too(case: &Case<'_>, run: &Seen<'_>, source: &Face) -> Option<String> {
    let days = SignedDuration::from_hours(24 * run.terms.keep_days());
    let end = run.at.checked_add(days).unwrap_or(run.at);
    let soon = case.runs.iter().filter(|other| (run.at..end).contains(&other.at));
    let goes = soon.filter(|other| other.terms.keep() != Keep::Never).flat_map(Seen::did).find(|(_, _, effect)| {
        let Effect::ClusterGoing { face, snapshot: None } = effect else { return false };
        face.resource_id == source.resource_id
    });
    goes.map(|(_, at, _)| format!("{}, which was to hold its data, goes without a snapshot at {at}", source.id))
}

/// **purged**: a snapshot goes only if it is ours, has every mark, and the day on it has come; and, where nobody wrote another
/// day on it, not before the days it was promised for.
pub(super) fn purged(case: &Case<'_>) -> Found {
    let mut found = Found::new();
    for run in &case.runs {
        for (_, at, effect) in run.did() {
            let Effect::SnapshotGoing { face } = effect else { continue };
            let day = face.tags.get("nightshift:purge-after").and_then(|text| moment(text));
            let least = case.runs.iter().map(|run| run.terms.keep_days()).min().unwrap_or_default();
            let early = at.duration_since(face.created) + JITTER < SignedDuration::from_hours(24 * least);
            let why = match day {
                _ if !face.id.starts_with(&format!("nightshift-{}-", face.cluster_id)) => "it is none of ours",
                None => "it has no day",
                Some(day) if day > at => "its day has not come",
                Some(_) if !run.terms.marked(&face.tags) => "it lacks a mark",
                Some(_) if run.terms.protects(&face.cluster_id, &face.tags) => "a pattern protects it",
                Some(_) if early && !case.touched(&face.cluster_id, face.created, at) => "it was promised for longer",
                Some(_) => continue,
            };
            found.push((at, format!("{} was deleted, and {why}", face.id)));
        }
    }
    found
}
