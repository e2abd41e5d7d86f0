//! The edge: our errors as the Lambda runtime's. The runtime's own conversion keeps the outermost message and invents a
//! type name; ours keeps the whole chain and a name that alarms can match on.

use std::error::Error;

use lambda_runtime::Diagnostic;

use crate::run::RunFault;

impl From<RunFault> for Diagnostic {
    fn from(fault: RunFault) -> Self {
        Self { error_type: fault.error_type().to_owned(), error_message: chain(&fault) }
    }
}

/// An error and everything behind it on one line, each cause said once.
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let said = cause.to_string();
        if !text.ends_with(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::event::EventFault;

    #[test]
    fn a_fault_keeps_its_fixed_type_and_its_words() {
        let diagnostic = Diagnostic::from(RunFault::from(EventFault::one("unknown key 'x'")));
        assert_eq!(diagnostic.error_type, "EventRefused");
        assert_eq!(diagnostic.error_message, "the event is refused and nothing was done: unknown key 'x'");
    }

    #[test]
    fn a_chain_is_said_whole_and_each_cause_once() {
        #[derive(Debug, thiserror::Error)]
        #[error("outer")]
        struct Outer(#[source] std::io::Error);
        assert_eq!(chain(&Outer(std::io::Error::other("inner"))), "outer: inner");
    }
}
