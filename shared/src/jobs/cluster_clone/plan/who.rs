//! Whose the clone will be: the owner AWS says asks, and nobody else.

use super::CloneFault;
use crate::domains::owners::is_spelt_alike;
use crate::jobs::cluster_clone::codes;
use crate::jobs::cluster_clone::model::Claim;
use crate::jobs::cluster_clone::request::Wish;
use crate::services::tags::takes_value;
use crate::text::printable;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Who {
    /// Whose it will be.
    pub owner: String,
    /// The caller's ARN, where AWS says so.
    pub arn: Option<String>,
}

pub(super) fn asks(claim: &Claim, wish: &Wish) -> Result<Who, CloneFault> {
    let who = match claim {
        Claim::Proven { arn, owner } => Who { owner: owner.clone(), arn: Some(arn.clone()) },
        Claim::Named { owner } => Who { owner: owner.clone(), arn: None },
        Claim::NobodysName { arn, why } => {
            let fix = "have the operators say whose name it acts in (NIGHTSHIFT_OWNER_OF=ARN=OWNER)";
            return Err(CloneFault::new(
                &codes::NOBODYS_NAME,
                format!("{} stands for no owner: {why}", printable(arn)),
                fix,
            ));
        }
        Claim::Unproven | Claim::NotAsked => {
            let fix = "ask by nightshift clusters clone, which signs who asks; a pipeline may name an owner where NIGHTSHIFT_INVOKERS=trusted";
            return Err(CloneFault::new(&codes::NO_PROOF, "the event does not prove who asks", fix));
        }
        Claim::Refused(why) => {
            return Err(CloneFault::new(
                &codes::PROOF_REFUSED,
                format!("the signed request that says who asks is not taken: {}", printable(why)),
                "run the command again, which signs anew",
            ));
        }
        Claim::Unknown(why) => {
            return Err(CloneFault::new(
                &codes::WHO_UNKNOWN,
                format!("nobody can say who asks: {}", printable(why)),
                "try again; the function's role needs iam:GetRole on the roles of IAM Identity Center",
            ));
        }
    };
    match &wish.owner {
        Some(said) if !is_spelt_alike(said, &who.owner) => Err(CloneFault::new(
            &codes::ANOTHER_OWNER,
            format!("the event names owner {}, and {} asks", printable(said), printable(&who.owner)),
            "leave owner out, or let them ask themselves",
        )),
        _ if !takes_value(&who.owner) => Err(CloneFault::new(
            &codes::BAD_OWNER,
            format!("'{}' is a name that no tag can hold", printable(&who.owner)),
            "have the operators give it another one (NIGHTSHIFT_OWNER_OF=ARN=OWNER)",
        )),
        _ => Ok(who),
    }
}
