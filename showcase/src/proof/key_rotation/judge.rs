//! What is wrong with a world, when its last night is over.

use serde_json::{Value, json};

use super::KeyRotation;
use nightshift_testkit::scene::Scene;
use nightshift_testkit::users::Standing;

/// What is left of one user, and what is wrong with it.
struct Left {
    user: &'static str,
    keys: Vec<Standing>,
    /// The key its secret hands out, if it has a secret.
    handed_out: Option<Value>,
    tags: std::collections::BTreeMap<String, String>,
    wrong: Vec<String>,
}

pub(super) async fn judge(world: KeyRotation, scene: &Scene) -> anyhow::Result<Vec<String>> {
    let mut wrong = Vec::new();
    if !matches!(scene.keys("ci").await?.as_slice(), [key] if key.active) {
        wrong.push("the excluded user was touched".to_owned());
    }
    let told = told(scene).await?;
    for user in world.users() {
        let mut left = Left::of(scene, user).await?;
        let about = format!("] {user}: ");
        for what in expect(world, &mut left) {
            let notices = told.iter().filter(|(_, subject)| subject.contains(&about) && subject.contains(what));
            let to_owner = notices.clone().filter(|(to, _)| to.contains(user)).count();
            if notices.count() == 0 {
                left.wrong.push(format!("nobody was ever told '{what}'"));
            }
            // A notice killed between its sending and its tag goes out again, and no third time.
            if to_owner > 2 {
                left.wrong.push(format!("was told '{what}' again and again"));
            }
        }
        wrong.extend(left.wrong.into_iter().map(|what| format!("{user}: {what}")));
    }
    Ok(wrong)
}

/// What must hold of one user; answers with what somebody has to have been told.
fn expect(world: KeyRotation, left: &mut Left) -> &'static [&'static str] {
    if left.has_an_unclaimed_key() {
        // The answer that named it was lost, so nobody can prove whose it is: it stays, and people are told.
        let leaked = world == KeyRotation::Leaked;
        left.want(left.works() == [!leaked, true], "a key was touched beside the one that nobody can prove");
        return &["nobody has claimed it"];
    }
    match (world, left.user) {
        (KeyRotation::Minting, _) => {
            left.one_key_which_is_handed_out();
            left.nothing_is_written();
            &["ready to fetch", "was switched off", "was deleted"]
        }
        (KeyRotation::Retiring, _) => {
            left.one_key_which_is_handed_out();
            left.nothing_is_written();
            &["was deleted"]
        }
        (KeyRotation::Waiting, "held") => {
            left.one_key_which_is_handed_out();
            &["still in use", "was switched off", "was deleted"]
        }
        (KeyRotation::Waiting, "idle") => {
            // Its other key is due by then and is rotated.
            left.want(left.keys.iter().all(|key| key.active), "a key is off");
            &["was switched off", "was deleted"]
        }
        (KeyRotation::Waiting, "blocked") => {
            left.want(left.works() == [true, true], "a key that is in use was touched");
            &["cannot"]
        }
        (KeyRotation::Waiting | KeyRotation::RollingBack, _) => {
            left.want(left.works() == [true, true], "the key its owner wants does not work");
            left.want(
                left.tags.iter().any(|(tag, value)| tag.starts_with("nightshift:off:") && value.starts_with("back ")),
                "nothing says that the key came back",
            );
            if world == KeyRotation::Waiting { &["switched on again"] } else { &[] }
        }
        (KeyRotation::Leaked, "pair") => {
            left.want(left.works() == [false, true], "the leaked key works, or the innocent one does not");
            &["leaked"]
        }
        (KeyRotation::Leaked, _) => {
            left.want(
                left.works() == [false, true],
                "the leaked key is not off and kept, or there is no other that works",
            );
            left.want(left.hands_out(left.keys.last()), "the new key is not handed out");
            left.want(!left.tags.contains_key("nightshift:intent"), "the rotation is not over");
            &["leaked", "ready to fetch"]
        }
    }
}

impl Left {
    async fn of(scene: &Scene, user: &'static str) -> anyhow::Result<Self> {
        let (keys, tags) = (scene.keys(user).await?, scene.user_tags(user).await?);
        let labels = scene.labels(user).await.unwrap_or_default();
        let handed_out = if labels.is_empty() { None } else { Some(scene.handed_out(user).await?) };
        let mut left = Self { user, keys, handed_out, tags, wrong: Vec::new() };
        left.want(left.keys.iter().any(|key| key.active), "has no key that works");
        left.want(!labels.iter().any(|labels| labels.contains("AWSPENDING")), "something is never proven");
        Ok(left)
    }

    fn want(&mut self, holds: bool, complaint: &str) {
        if !holds {
            let handed_out = self.handed_out.as_ref().map(|value| value["AccessKeyId"].clone());
            self.wrong.push(format!("{complaint}: {:?}, hands out {handed_out:?}, tags {:?}", self.keys, self.tags));
        }
    }

    /// Which keys work, the oldest first.
    fn works(&self) -> Vec<bool> {
        self.keys.iter().map(|key| key.active).collect()
    }

    fn hands_out(&self, key: Option<&Standing>) -> bool {
        let id = self.handed_out.as_ref().and_then(|value| value["AccessKeyId"].as_str());
        key.is_some_and(|key| Some(key.id.as_str()) == id)
    }

    /// Its newest key is one that a run may have made and cannot prove, the owner knows, and the secret hands out no such key.
    fn has_an_unclaimed_key(&self) -> bool {
        let told = self.tags.get("nightshift:told:unclaimed").and_then(|told| told.split(' ').next());
        let newest = self.keys.last().filter(|_| self.keys.len() == 2);
        newest.is_some_and(|key| told == Some(key.id.as_str())) && !self.hands_out(newest)
    }

    fn one_key_which_is_handed_out(&mut self) {
        let only = matches!(self.keys.as_slice(), [key] if key.active);
        self.want(only && self.hands_out(self.keys.first()), "not one key which is handed out");
    }

    fn nothing_is_written(&mut self) {
        self.want(self.tags.len() == 1, "something is left behind");
    }
}

/// To whom all mail went so far, and its subjects.
async fn told(scene: &Scene) -> anyhow::Result<Vec<(String, String)>> {
    let received = scene.control("mail", json!({})).await?;
    let mail = received["mail"].as_array().into_iter().flatten();
    Ok(mail.map(|one| (one["to"].to_string(), one["subject"].as_str().unwrap_or_default().to_owned())).collect())
}
