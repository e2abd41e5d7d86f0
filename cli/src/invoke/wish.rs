//! What a deployed function is to be called with, and whether it may write by it. What is agreed to is said in the event
//! itself: a function whose mode is changed meanwhile still does no more than that.

use nightshift::report::Mode;
use nightshift::run::ModeSetting;
use serde_json::{Map, Value, json};

use crate::told::Told;

/// See the module.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wish {
    event: Value,
}

/// The keys of the shapes that AWS sends: what is meant stands inside of them.
const AROUND: [&str; 3] = ["detail-type", "source", "Records"];

impl Wish {
    /// The event, with the mode that was typed.
    pub(super) fn of(event: Value, mode: Option<Mode>) -> anyhow::Result<Self> {
        let mut wish = Self { event };
        if let Some(mode) = mode {
            let fields = wish.fields("--mode")?;
            if let Some(said) = fields.get("mode").filter(|said| **said != json!(mode)) {
                return Err(Told::error(
                    format!("the event says mode {said} and --mode says {mode}; nothing was called"),
                    "take 'mode' out of the event, or leave --mode out",
                ));
            }
            fields.insert("mode".to_owned(), json!(mode));
        }
        Ok(wish)
    }

    /// What is sent.
    pub(super) fn event(&self) -> Value {
        self.event.clone()
    }

    /// What is asked for in plain words.
    pub(super) fn mode(&self) -> Option<Mode> {
        match self.plain()?.get("mode")?.as_str()? {
            "plan" => Some(Mode::Plan),
            "apply" => Some(Mode::Apply),
            _ => None,
        }
    }

    /// Whether a function with this setting may write when it is called so. What cannot be told may.
    pub(super) fn may_write(&self, setting: ModeSetting) -> bool {
        match (setting, self.plain()) {
            (ModeSetting::PlanCeiling, _) => false,
            (_, None) => true,
            (_, Some(fields)) if fields.contains_key("mode") => self.mode() != Some(Mode::Plan),
            (setting, Some(_)) => setting.resolve(None) != Ok(Mode::Plan),
        }
    }

    /// Says the mode that the function has by itself, so that it is not another by the time it is called.
    pub(super) fn fix_mode(&mut self, setting: ModeSetting) {
        if let (Ok(mode), Value::Object(fields)) = (setting.resolve(None), &mut self.event)
            && !fields.contains_key("mode")
            && !is_around(fields)
        {
            fields.insert("mode".to_owned(), json!(mode));
        }
    }

    /// Binds it to the plan with this digest.
    pub(super) fn expect(&mut self, digest: &str) -> anyhow::Result<()> {
        let fields = self.fields("a digest")?;
        if let Some(said) = fields.get("expect_plan").filter(|said| **said != json!(digest)) {
            return Err(Told::error(
                format!("the event expects the plan {said}, and not {digest}; nothing was called"),
                "take 'expect_plan' out of the event",
            ));
        }
        fields.insert("expect_plan".to_owned(), json!(digest));
        Ok(())
    }

    /// Whether a typed word can bind it to the plan that is shown, and do no more than that.
    pub(super) fn can_be_bound(&mut self, digest_lifts_caps: bool) -> anyhow::Result<()> {
        self.fields("the plan you are shown")?;
        if digest_lifts_caps {
            return Err(Told::error(
                "this function lets a digest lift its caps (NIGHTSHIFT_DIGEST_LIFTS_CAPS=true), and a typed account never does; nothing was called",
                "--mode plan, then --expect-plan DIGEST over the caps, or --yes under them",
            ));
        }
        Ok(())
    }

    /// The same, asking for the plan alone.
    pub(super) fn into_plan(mut self) -> Self {
        if let Value::Object(fields) = &mut self.event {
            fields.insert("mode".to_owned(), json!(Mode::Plan));
        }
        self
    }

    fn plain(&self) -> Option<&Map<String, Value>> {
        self.event.as_object().filter(|fields| !is_around(fields))
    }

    fn fields(&mut self, what: &str) -> anyhow::Result<&mut Map<String, Value>> {
        match &mut self.event {
            Value::Object(fields) if !is_around(fields) => Ok(fields),
            _ => Err(Told::error(
                format!(
                    "the event is of a shape that AWS sends, and {what} can only be said in a plain one; nothing was called"
                ),
                "write a plain event, such as {\"mode\": \"plan\"}; or --yes, which sends this one as it is",
            )),
        }
    }
}

fn is_around(fields: &Map<String, Value>) -> bool {
    AROUND.iter().any(|key| fields.contains_key(*key))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(event: Value) -> Wish {
        Wish::of(event, None).unwrap()
    }

    #[test]
    fn what_may_write_is_asked_about_and_what_cannot_be_told_is_too() {
        use ModeSetting::{Apply, PlanCeiling, Unset};
        let envelope = json!({"source": "aws.scheduler", "detail-type": "Scheduled Event", "detail": {"mode": "plan"}});
        for (event, unset, apply) in [
            (json!({}), false, true),
            (json!({"mode": "plan"}), false, false),
            (json!({"mode": "apply"}), true, true),
            (json!({"mode": "Plan"}), true, true),
            (json!({"mode": null}), true, true),
            (json!([]), true, true),
            (json!({"Records": []}), true, true),
            (envelope, true, true),
        ] {
            let wish = wish(event.clone());
            assert_eq!((wish.may_write(Unset), wish.may_write(Apply)), (unset, apply), "{event}");
            assert!(!wish.may_write(PlanCeiling), "{event}: no event lifts that");
        }
    }

    #[test]
    fn what_is_sent_says_what_was_agreed_to() {
        for (setting, mode) in
            [(ModeSetting::Unset, "plan"), (ModeSetting::PlanCeiling, "plan"), (ModeSetting::Apply, "apply")]
        {
            let mut wish = wish(json!({"clusters": ["a"]}));
            wish.fix_mode(setting);
            assert_eq!(wish.event(), json!({"clusters": ["a"], "mode": mode}));
            wish.expect("sha256:0").unwrap();
            assert_eq!(wish.event()["expect_plan"], "sha256:0");
            assert!(wish.expect("sha256:1").is_err());
            assert_eq!(wish.into_plan().mode(), Some(Mode::Plan));
        }
        let envelope = json!({"source": "aws.health", "detail-type": "x", "detail": {}});
        let mut bound = wish(envelope.clone());
        bound.fix_mode(ModeSetting::Apply);
        assert_eq!(bound.event(), envelope, "as it came");
        assert!(bound.can_be_bound(false).is_err() && bound.expect("sha256:0").is_err());
        assert!(wish(json!({})).can_be_bound(false).is_ok());
        assert!(wish(json!({})).can_be_bound(true).is_err(), "a digest would lift what typing never does");
    }

    #[test]
    fn two_modes_are_one_too_many() {
        assert!(Wish::of(json!({"mode": "apply"}), Some(Mode::Plan)).is_err());
        assert_eq!(Wish::of(json!({}), Some(Mode::Apply)).unwrap().mode(), Some(Mode::Apply));
        assert!(Wish::of(json!({"source": "x"}), Some(Mode::Plan)).is_err());
    }
}
