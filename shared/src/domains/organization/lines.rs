//! Two texts, line by line: which lines went, and which came.

/// Beyond this many comparisons, all of one text went and all of the other came.
const MOST: usize = 4_000_000;

/// Changed lines, each behind `- ` or `+ `, those that stayed left out. JSON is laid out first, so that only its meaning counts.
pub(super) fn changed(before: &str, after: &str) -> Vec<String> {
    let (before, after) = (laid_out(before), laid_out(after));
    let (before, after): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let went = |line: &&str| format!("- {line}");
    let came = |line: &&str| format!("+ {line}");
    if before.len().saturating_mul(after.len()) > MOST {
        return before.iter().map(went).chain(after.iter().map(came)).collect();
    }
    let kept = kept(&before, &after);
    let (mut at, mut to, mut lines) = (0, 0, Vec::new());
    while at < before.len() || to < after.len() {
        if at < before.len() && to < after.len() && before[at] == after[to] {
            (at, to) = (at + 1, to + 1);
        } else if to == after.len() || (at < before.len() && kept[at + 1][to] >= kept[at][to + 1]) {
            lines.push(went(&before[at]));
            at += 1;
        } else {
            lines.push(came(&after[to]));
            to += 1;
        }
    }
    lines
}

fn laid_out(text: &str) -> String {
    let json = serde_json::from_str::<serde_json::Value>(text).ok();
    json.and_then(|json| serde_json::to_string_pretty(&json).ok()).unwrap_or_else(|| text.to_owned())
}

/// How many lines can be kept from each pair of places on.
fn kept(before: &[&str], after: &[&str]) -> Vec<Vec<u32>> {
    let mut kept = vec![vec![0; after.len() + 1]; before.len() + 1];
    for at in (0..before.len()).rev() {
        for to in (0..after.len()).rev() {
            kept[at][to] =
                if before[at] == after[to] { kept[at + 1][to + 1] + 1 } else { kept[at + 1][to].max(kept[at][to + 1]) };
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_the_lines_that_differ_are_shown() {
        assert_eq!(changed("a\nb\nc", "a\nx\nc\nd"), ["- b", "+ x", "+ d"]);
        assert!(changed(r#"{"a":1,"b":2}"#, "{ \"b\": 2,\n \"a\": 1 }").is_empty(), "the same document");
        assert_eq!(changed(r#"{"a":1}"#, r#"{"a":2}"#), ["-   \"a\": 1", "+   \"a\": 2"]);
        assert_eq!(changed("", "a"), ["+ a"]);
    }

    proptest! {
        #[test]
        fn what_went_taken_away_and_what_came_added_is_the_other_text(
            before in prop::collection::vec("[a-c]", 0..12), after in prop::collection::vec("[a-c]", 0..12)
        ) {
            let lines = changed(&before.join("\n"), &after.join("\n"));
            let (mut left, mut right) = (before.clone(), after.clone());
            for line in &lines {
                let (side, text) = (&line[..2], &line[2..]);
                let pile = if side == "- " { &mut left } else { &mut right };
                let place = pile.iter().position(|one| one == text);
                prop_assert!(place.is_some());
                pile.remove(place.unwrap());
            }
            left.sort();
            right.sort();
            prop_assert_eq!(left, right, "the lines that stayed are the same on both sides");
        }
    }
}
