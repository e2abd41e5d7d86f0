//! Tables that have to be worked on together, because one refers to the other.

use super::decide::Decided;
use crate::domains::anonymise::schema::ForeignKey;

/// Puts those together between which a foreign key goes that `binds`; each group in the order of the tables.
pub(super) fn groups<'a>(
    tables: &[&'a Decided<'a>],
    binds: impl Fn(&Decided<'_>, &ForeignKey) -> bool,
) -> Vec<Vec<&'a Decided<'a>>> {
    let mut group: Vec<usize> = (0..tables.len()).collect();
    for (at, one) in tables.iter().enumerate() {
        for key in one.table.foreign_keys.iter().filter(|key| binds(one, key)) {
            if let Some(other) = tables.iter().position(|other| other.table.name == key.references) {
                let (from, to) = (group[at].max(group[other]), group[at].min(group[other]));
                group.iter_mut().filter(|of| **of == from).for_each(|of| *of = to);
            }
        }
    }
    let of = |number| tables.iter().zip(&group).filter(move |(_, of)| **of == number).map(|(one, _)| *one);
    (0..tables.len()).map(|number| of(number).collect::<Vec<_>>()).filter(|group| !group.is_empty()).collect()
}

/// What the line of progress of a step on these tables says. A group is known by its first table; the others are named while there is
/// room.
pub(super) fn id(work: &str, group: &[&Decided<'_>]) -> String {
    const ROOM: usize = 400;
    let names: Vec<_> = group.iter().map(|one| one.table.name.to_string()).collect();
    let all = format!("{work} {}", names.join(", "));
    if all.chars().count() <= ROOM {
        return all;
    }
    format!("{work} {} and {} more", names.first().map_or("", String::as_str), names.len() - 1)
}
