//! What AWS answers: a text of XML or JSON, or a refusal with its status and code.

use std::fmt::Write as _;

/// An answer, or why there is none.
pub type Answered<T> = Result<T, Refusal>;

/// Why a call was not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// AWS refused it.
    Aws {
        /// The HTTP status.
        status: u16,
        /// The code on the wire, which is not always the name of the shape.
        code: &'static str,
        /// In words.
        message: String,
    },
    /// The simulation does not know what AWS would say.
    OfSimulation(String),
}

impl Refusal {
    /// By AWS.
    pub fn of(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self::Aws { status, code, message: message.into() }
    }

    /// A value that AWS does not take.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::of(400, "InvalidParameterValue", message)
    }
}

/// An answer, with what it did and what it showed.
#[derive(Debug, Clone)]
pub struct Outcome<D, S> {
    /// The document.
    pub body: String,
    /// What was changed.
    pub did: Option<D>,
    /// What was shown.
    pub shown: Option<S>,
}

impl<D, S> Outcome<D, S> {
    /// With nothing that anybody judges.
    pub fn of(body: String) -> Self {
        Self { body, did: None, shown: None }
    }

    /// That something was changed.
    pub fn did(body: String, did: D) -> Self {
        Self { body, did: Some(did), shown: None }
    }

    /// That something was shown.
    pub fn shown(body: String, shown: S) -> Self {
        Self { body, did: None, shown: Some(shown) }
    }
}

/// A document in the making.
#[derive(Debug, Default)]
pub struct Xml(String);

impl Xml {
    /// The answer to `action` of a service that takes forms.
    pub fn answer(action: &str, content: impl FnOnce(&mut Self)) -> String {
        let mut xml = Self::default();
        xml.within(&format!("{action}Response"), |xml| {
            xml.within(&format!("{action}Result"), content);
            xml.within("ResponseMetadata", |xml| xml.leaf("RequestId", "simulated"));
        });
        xml.0
    }

    /// A refusal by a service that takes forms.
    pub fn refusal(code: &str, message: &str) -> String {
        let mut xml = Self::default();
        xml.within("ErrorResponse", |xml| {
            xml.within("Error", |xml| {
                xml.leaf("Type", "Sender");
                xml.leaf("Code", code);
                xml.leaf("Message", message);
            });
            xml.leaf("RequestId", "simulated");
        });
        xml.0
    }

    /// An element with elements.
    pub fn within(&mut self, name: &str, content: impl FnOnce(&mut Self)) {
        let _ = write!(self.0, "<{name}>");
        content(self);
        let _ = write!(self.0, "</{name}>");
    }

    /// An element with text.
    #[expect(clippy::needless_pass_by_value, reason = "numbers and moments are written where they are called for")]
    pub fn leaf(&mut self, name: &str, text: impl ToString) {
        let text = text.to_string().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let _ = write!(self.0, "<{name}>{text}</{name}>");
    }

    /// One that is there only with a value.
    pub fn maybe(&mut self, name: &str, text: Option<impl ToString>) {
        if let Some(text) = text {
            self.leaf(name, text);
        }
    }
}
