//! Who is told about a thing: the first of its owner's addresses that takes mail, and the operators if none does.

use super::{Address, Language, OwnerPolicy};

/// Somebody who is to be told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Recipient {
    /// Where.
    pub address: Address,
    /// Why there.
    pub because: Because,
}

/// What led to an address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Because {
    /// The owner's name is an address.
    OwnerTag {
        /// The tag's key.
        key: String,
    },
    /// A tag of its own gives the address.
    MailTag {
        /// The tag's key.
        key: String,
    },
    /// The owner's name at the organisation's domain.
    Domain {
        /// As the owner tag has it.
        owner: String,
    },
}

impl Because {
    /// For the small print of a message.
    pub fn sentence(&self, language: Language) -> String {
        match (self, language) {
            (Self::OwnerTag { key } | Self::MailTag { key }, Language::English) => {
                format!("You get this because the tag {key} of these resources names this address.")
            }
            (Self::OwnerTag { key } | Self::MailTag { key }, Language::Spanish) => {
                format!("Recibe este mensaje porque la etiqueta {key} de estos recursos lleva esta dirección.")
            }
            (Self::Domain { owner }, Language::English) => {
                format!("You get this because these resources are tagged as owned by {owner}.")
            }
            (Self::Domain { owner }, Language::Spanish) => {
                format!("Recibe este mensaje porque estos recursos están etiquetados como propiedad de {owner}.")
            }
        }
    }
}

impl OwnerPolicy {
    /// The addresses of the owner of something, best first: the owner tag's value where it is an address; what the mail
    /// tag says; the owner's name at the configured domain. Empty: nobody but the operators can be told.
    pub fn recipients<'a>(&self, owner: Option<&str>, tag: impl Fn(&str) -> Option<&'a str>) -> Vec<Recipient> {
        let mut found: Vec<Recipient> = Vec::new();
        let mut add = |address: Result<Address, String>, because: Because| {
            if let Ok(address) = address
                && !found.iter().any(|one| one.address == address)
            {
                found.push(Recipient { address, because });
            }
        };
        let owner = owner.map(str::trim).filter(|owner| !owner.is_empty());
        if let Some(owner) = owner {
            add(owner.parse(), Because::OwnerTag { key: self.owner_tag.clone() });
        }
        if let Some(key) = &self.mail_tag
            && let Some(value) = tag(key)
        {
            add(value.trim().parse(), Because::MailTag { key: key.clone() });
        }
        if let (Some(owner), Some(domain)) = (owner, &self.domain)
            && !owner.contains('@')
        {
            add(format!("{owner}@{domain}").parse(), Because::Domain { owner: owner.to_owned() });
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(policy: &OwnerPolicy, owner: Option<&str>, mail: Option<&'static str>) -> Vec<String> {
        let tag = |key: &str| if key == "mail" { mail } else { None };
        policy.recipients(owner, tag).into_iter().map(|to| to.address.to_string()).collect()
    }

    #[test]
    fn the_chain_is_owner_address_then_mail_tag_then_domain() {
        let all = OwnerPolicy {
            owner_tag: "owner".to_owned(),
            mail_tag: Some("mail".to_owned()),
            domain: Some("example.com".to_owned()),
        };
        let none = OwnerPolicy { owner_tag: "owner".to_owned(), mail_tag: None, domain: None };
        assert_eq!(
            addresses(&all, Some("ana@corp.example"), Some("team@corp.example")),
            ["ana@corp.example", "team@corp.example"]
        );
        assert_eq!(addresses(&all, Some(" ana "), Some("team@corp.example")), ["team@corp.example", "ana@example.com"]);
        assert_eq!(addresses(&all, Some("ana"), Some("nonsense")), ["ana@example.com"]);
        assert_eq!(addresses(&all, Some("the team"), None), [] as [&str; 0], "a name with a blank is no mailbox");
        assert_eq!(addresses(&all, Some("ana,bob"), None), [] as [&str; 0]);
        for odd in ["ana@", "@ana", "\"ana@corp.example\"", "ana@corp@example.com"] {
            assert_eq!(addresses(&all, Some(odd), None), [] as [&str; 0], "{odd} has its @ already");
        }
        assert_eq!(addresses(&all, None, Some("team@corp.example")), ["team@corp.example"]);
        assert_eq!(addresses(&none, Some("ana"), Some("team@corp.example")), [] as [&str; 0]);
    }
}
