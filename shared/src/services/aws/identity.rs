//! Who calls, as STS knows them.

use super::skew::Skew;

/// The caller, as STS knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Twelve digits.
    pub account: String,
    /// Of a user, or of a role's session.
    pub arn: String,
    /// This machine's clock, by the answer.
    pub skew: Skew,
}

impl Identity {
    /// The user's name, or the session's: with IAM Identity Center the name one signs in with. Whoever assumes a role may
    /// choose it, so it says who means well and proves nothing.
    pub fn name(&self) -> Option<&str> {
        let (_, name) = self.arn.rsplit_once('/')?;
        (!name.is_empty()).then_some(name)
    }

    /// Who this is for sure: the name of an IAM user; or the one somebody signed in with, where the session is of a role that
    /// IAM Identity Center made. A session of any other role is called as whoever assumed it liked, and is nobody.
    pub fn person(&self) -> Option<&str> {
        let mut parts = self.arn.splitn(6, ':').skip(2);
        let (service, resource) = (parts.next()?, parts.nth(2)?);
        let (kind, rest) = resource.split_once('/')?;
        let name = match (service, kind) {
            ("iam", "user") => rest.rsplit('/').next(),
            ("sts", "assumed-role") => rest.split_once('/').filter(|(role, _)| is_of_sso(role)).map(|(_, name)| name),
            _ => None,
        };
        name.filter(|name| !name.is_empty())
    }
}

/// `AWSReservedSSO_`, the permission set's name, and sixteen digits.
fn is_of_sso(role: &str) -> bool {
    let set = role.strip_prefix("AWSReservedSSO_").and_then(|rest| rest.rsplit_once('_'));
    set.is_some_and(|(set, digits)| {
        !set.is_empty() && digits.len() == 16 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_a_user_or_who_signed_in_and_no_session_that_chose_its_name() {
        for (arn, person) in [
            ("arn:aws:iam::111122223333:user/ana", Some("ana")),
            ("arn:aws-us-gov:iam::111122223333:user/people/ana@example.com", Some("ana@example.com")),
            ("arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Dev_0123456789abcdef/ana@x.org", Some("ana@x.org")),
            ("arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_My_Set_0123456789ABCDEF/ana", Some("ana")),
            ("arn:aws:sts::111122223333:assumed-role/Developer/ana", None),
            ("arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Dev/ana", None),
            ("arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_0123456789abcdef/ana", None),
            ("arn:aws:sts::111122223333:assumed-role/xAWSReservedSSO_Dev_0123456789abcdef/ana", None),
            ("arn:aws:sts::111122223333:federated-user/ana", None),
            ("arn:aws:sts::111122223333:user/moto", None),
            ("arn:aws:iam::111122223333:root", None),
            ("arn:aws:iam::111122223333:user/", None),
            ("", None),
        ] {
            let identity = Identity { account: String::new(), arn: arn.to_owned(), skew: Skew::Agreed };
            assert_eq!(identity.person(), person, "{arn}");
        }
    }
}
