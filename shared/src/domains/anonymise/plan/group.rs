//! Tables that have to be worked on together, because one refers to the other, or inherits from it.

use super::decide::Decided;
use crate::domains::anonymise::rules::Rule;
use crate::domains::anonymise::schema::ForeignKey;

/// Puts those together between which a foreign key goes that `binds`, and families; each group in the order of the tables.
pub(super) fn groups<'a>(
    tables: &[&'a Decided<'a>],
    binds: impl Fn(&Decided<'_>, &ForeignKey) -> bool,
) -> Vec<Vec<&'a Decided<'a>>> {
    let mut group: Vec<usize> = (0..tables.len()).collect();
    for (at, one) in tables.iter().enumerate() {
        let keys = one.table.foreign_keys.iter().filter(|key| binds(one, key)).map(|key| &key.references);
        for bound in keys.chain(&one.table.parents) {
            if let Some(other) = tables.iter().position(|other| other.table.name == *bound) {
                let (from, to) = (group[at].max(group[other]), group[at].min(group[other]));
                group.iter_mut().filter(|of| **of == from).for_each(|of| *of = to);
            }
        }
    }
    let of = |number| tables.iter().zip(&group).filter(move |(_, of)| **of == number).map(|(one, _)| *one);
    (0..tables.len()).map(|number| of(number).collect::<Vec<_>>()).filter(|group| !group.is_empty()).collect()
}

/// Whether a foreign key goes by columns that change on either side, so that it cannot stand while they do.
pub(super) fn moves(one: &Decided<'_>, key: &ForeignKey, changed: &[&Decided<'_>]) -> bool {
    let goes_by = |other: &Decided<'_>| other.ruled().iter().any(|ruled| key.referenced.contains(&ruled.column.name));
    let mut others = changed.iter().filter(|other| other.table.name == key.references);
    // What becomes null refers to nothing, whatever the other side is.
    let own = one.ruled().iter().any(|ruled| ruled.rule != Rule::Null && key.columns.contains(&ruled.column.name));
    own || others.any(|other| goes_by(other))
}

/// What the line of progress of a step on these tables says. A group is known by its first table; the others are named while there is
/// room. Each name is written so that no other table, and no other group, is written alike: what is done is known by it.
pub(super) fn id(work: &str, group: &[&Decided<'_>]) -> String {
    const ROOM: usize = 400;
    let names: Vec<_> = group.iter().map(|one| one.table.name.path()).collect();
    let all = format!("{work} {}", names.join(", "));
    if all.chars().count() <= ROOM {
        return all;
    }
    format!("{work} {} and {} more", names.first().map_or("", String::as_str), names.len() - 1)
}
