//! Whose clusters a command is about: one's own where nothing else is said.

use nightshift::domains::clusters::person::Owners;
use nightshift::services::aws::Aws;

use crate::args::SelectArgs;
use crate::select::Selection;

/// What is meant, and whose that is in words: one's own where nothing else is said.
pub(super) async fn selection(
    mut select: SelectArgs,
    all: bool,
    aws: &Aws,
    owners: &Owners,
) -> anyhow::Result<(Selection, Option<String>)> {
    let identity = aws.identity().await?;
    let mine = select.mine || !all && select.owner.is_empty();
    // Whoever acts in another's name, as a pipeline does, has what is that one's.
    match owners.of(&identity.arn).filter(|_| mine) {
        Some(owner) => (select.mine, select.owner) = (false, vec![owner.to_owned()]),
        None => select.mine = mine,
    }
    let whose = match (select.mine, select.owner.as_slice()) {
        (true, _) => identity.person().map(str::to_owned),
        (false, []) => None,
        (false, owners) => Some(owners.join(",")),
    };
    Ok((Selection::of(&select, &identity)?, whose))
}
