//! The letter about a cluster that somebody deleted by hand. It takes the place of the night's, and is sent when the deletion has
//! begun: whoever gave the word knows, and what could not be sent holds nothing up.

use super::Applier;
use crate::domains::clusters::commands::Typed;
use crate::domains::clusters::told::{self, Data, Setting, Told};
use crate::jobs::cluster_cleanup::notice::{Digest, Gone, KeptCopy, Matter};
use crate::jobs::cluster_cleanup::plan::Asked;
use crate::notify::{Clock, Letter, NotifyPolicy};

impl Applier<'_> {
    /// It, where `digest` is about nothing else.
    pub(super) fn by_hand(&self, digest: &Digest, notify: &NotifyPolicy, contact: &str) -> Option<Letter> {
        let Asked { arn: by, .. } = self.terms.asked?;
        let [(owner, Matter::Gone(Gone { id, region, engine, copy, source }))] = digest.matters.as_slice() else {
            return None;
        };
        let data = match (copy, source) {
            (Some(KeptCopy { snapshot, until, .. }), _) => Data::Kept { snapshot, until: *until },
            (None, Some(source)) => Data::InSource(source),
            (None, None) => Data::Lost,
        };
        let policy = self.terms.policy;
        let setting = Setting {
            job: "clusters delete",
            account: &self.world.account,
            contact,
            clock: Clock { zone: &notify.time_zone, language: notify.language },
            typed: Typed {
                tag_key: &policy.tag_key,
                owner_tag: &policy.owner_tag,
                lease_days: policy.max_lease_days,
                function: policy.function.as_deref(),
                home: policy.home.as_deref(),
                now: self.terms.now,
                zone: &notify.time_zone,
            },
        };
        let told = Told::DeletedByHand { id, region, engine, by, data };
        Some(told::letter(told, owner.as_deref().unwrap_or_default(), digest.to.first(), setting))
    }
}
