//! Who calls, as STS knows them.

use super::skew::Skew;

/// How the names of roles begin that IAM Identity Center makes.
const SSO_NAME: &str = "AWSReservedSSO_";

/// What kind of principal an ARN names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Principal<'a> {
    /// An IAM user, by name.
    User(&'a str),
    /// A session of a role.
    Session {
        /// The role's name.
        role: &'a str,
        /// The session's.
        session: &'a str,
    },
    /// The account itself, a federated user, or what nobody knows.
    Other,
}

impl<'a> Principal<'a> {
    /// Out of `arn`, as `sts:GetCallerIdentity` answers.
    pub fn of(arn: &'a str) -> Self {
        let mut parts = arn.splitn(6, ':');
        let (service, resource) = (parts.nth(2), parts.nth(2));
        match (service, resource.unwrap_or_default().split('/').collect::<Vec<_>>().as_slice()) {
            (Some("iam"), ["user", .., name]) if !name.is_empty() => Self::User(name),
            (Some("sts"), ["assumed-role", role, session]) if !role.is_empty() && !session.is_empty() => {
                Self::Session { role, session }
            }
            _ => Self::Other,
        }
    }

    /// The role that has to be looked at to know whether IAM Identity Center made it.
    pub fn doubtful_role(self) -> Option<&'a str> {
        match self {
            Self::Session { role, .. } if role.starts_with(SSO_NAME) => Some(role),
            _ => None,
        }
    }

    /// The name of a person, where it is one; `is_sso` says of a session that its role is one of IAM Identity Center's.
    pub fn person(self, is_sso: bool) -> Option<&'a str> {
        match self {
            Self::User(name) => Some(name),
            Self::Session { session, .. } if is_sso => Some(session),
            Self::Session { .. } | Self::Other => None,
        }
    }
}

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
        match Principal::of(&self.arn) {
            Principal::Session { role, .. } if !is_of_sso(role) => None,
            principal => principal.person(true),
        }
    }
}

/// `AWSReservedSSO_`, the permission set's name, and sixteen digits.
fn is_of_sso(role: &str) -> bool {
    let set = role.strip_prefix(SSO_NAME).and_then(|rest| rest.rsplit_once('_'));
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
