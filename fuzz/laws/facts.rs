//! Tags that claim to be facts are read or refused; what is read is written and read the same.

use nightshift::domains::clusters::facts::Facts;
use nightshift::services::tags::Tags;

pub(crate) fn holds(text: &str) {
    let tags: Tags =
        text.lines().enumerate().map(|(n, line)| (format!("nightshift:restore-{:02}", n + 1), line)).collect();
    if let Ok(Some(facts)) = Facts::from_tags(&tags) {
        assert_eq!(Facts::from_tags(&facts.to_tags()), Ok(Some(facts)));
    }
}
