//! What lies between this machine and a database, as it is typed behind `--via`.

/// The mark of a group of jump hosts, in the place of one.
const GROUP: &str = "asg/";

/// One way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Via {
    /// Nothing: the server answers this machine.
    None,
    /// A host that ssh reaches.
    Ssh {
        /// Whom to be there; ssh's own choice if nobody.
        user: Option<String>,
        /// Which.
        jump: Jump,
    },
    /// An instance that Session Manager reaches.
    Ssm(Jump),
}

/// A jump host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Jump {
    /// By its name, address or instance id.
    Host(String),
    /// Any instance of this Auto Scaling group; if there is none, one is started.
    Group(String),
}

impl Via {
    /// From what was typed.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        const WAYS: &str = "it is none of: none, ssh:[USER@]HOST, ssh:[USER@]asg/GROUP, ssm:INSTANCE, ssm:asg/GROUP";
        if text == "none" {
            return Ok(Self::None);
        }
        match text.split_once(':') {
            Some(("ssh", rest)) => {
                let (user, host) = match rest.rsplit_once('@') {
                    Some((user, host)) => (Some(word(user)?), host),
                    None => (None, rest),
                };
                Ok(Self::Ssh { user, jump: jump(host)? })
            }
            Some(("ssm", rest)) => match jump(rest)? {
                Jump::Host(id) if !is_instance(&id) => {
                    Err(format!("'{id}' is no instance: ids begin with i- or mi-; a host's name goes behind ssh:"))
                }
                jump => Ok(Self::Ssm(jump)),
            },
            _ => Err(WAYS.to_owned()),
        }
    }
}

fn jump(text: &str) -> Result<Jump, String> {
    match text.strip_prefix(GROUP) {
        Some(name) => word(name).map(Jump::Group),
        None => word(text).map(Jump::Host),
    }
}

/// A program would take a word that begins with `-` for an option, and one with a space for two.
fn word(text: &str) -> Result<String, String> {
    if text.is_empty() {
        Err("a name is missing".to_owned())
    } else if text.starts_with('-') || text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        Err(format!("'{}' cannot be a name: it begins with - or has a space in it", text.escape_debug()))
    } else {
        Ok(text.to_owned())
    }
}

fn is_instance(id: &str) -> bool {
    let digits = id.strip_prefix("mi-").or_else(|| id.strip_prefix("i-"));
    digits.is_some_and(|digits| !digits.is_empty() && digits.chars().all(|c| c.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_is_read_as_ssh_and_session_manager_take_it() {
        let host = |name: &str| Jump::Host(name.to_owned());
        let group = |name: &str| Jump::Group(name.to_owned());
        for (text, expected) in [
            ("none", Via::None),
            ("ssh:bastion", Via::Ssh { user: None, jump: host("bastion") }),
            ("ssh:ec2-user@10.0.0.1", Via::Ssh { user: Some("ec2-user".to_owned()), jump: host("10.0.0.1") }),
            ("ssh:a@b@host", Via::Ssh { user: Some("a@b".to_owned()), jump: host("host") }),
            ("ssh:ec2-user@asg/Jump", Via::Ssh { user: Some("ec2-user".to_owned()), jump: group("Jump") }),
            ("ssm:i-0123456789abcdef0", Via::Ssm(host("i-0123456789abcdef0"))),
            ("ssm:mi-0a", Via::Ssm(host("mi-0a"))),
            ("ssm:asg/AuroraDemoJump", Via::Ssm(group("AuroraDemoJump"))),
        ] {
            assert_eq!(Via::parse(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_a_program_would_take_for_an_option_is_refused() {
        for text in [
            "",
            "ssh",
            "ssh:",
            "ssh:-oProxyCommand=x",
            "ssh:-l@host",
            "ssh:me@-host",
            "ssh:a b",
            "ssh:asg/",
            "ssh:asg/-x",
            "ssm:bastion",
            "ssm:i-",
            "ssm:i-0g",
            "ssm:",
            "http:x",
            "None",
        ] {
            assert!(Via::parse(text).is_err(), "{text}");
        }
    }
}
