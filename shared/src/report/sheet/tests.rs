//! What a terminal of each width shows.

use super::*;

fn sheet() -> Sheet {
    let mut sheet = Sheet::new(["ITEM", "OWNER", "OUTCOME", "WHAT AND WHY"]);
    let row = |id: &str, outcome: Outcome, what: &str| {
        let cells = [id, "ana|b", outcome.as_str(), what].map(str::to_owned);
        Row::new(cells).toned(2, outcome.into())
    };
    let name = "nightshift-orders-analytics-dev-20261120t000000z";
    sheet.push(row(
        "orders-analytics-dev",
        Outcome::Planned,
        &format!("delete writer 1\nkeep its data in snapshot {name}"),
    ));
    sheet.push(row("=x", Outcome::Skipped, "[protected] it is protected by '*'"));
    sheet
}

#[test]
fn one_long_name_does_not_take_the_table_from_the_others() {
    let mut sheet = Sheet::new(["ITEM", "OWNER", "WHAT"]);
    let long = "x".repeat(60);
    for (id, owner) in [("a", "ana"), ("b", long.as_str()), ("c", "bob"), ("d", "ana")] {
        sheet.push(Row::new([id, owner, "kept"].map(str::to_owned)));
    }
    insta::assert_snapshot!(sheet.show(Screen::plain(40)), @r"
    ITEM  OWNER  WHAT
    a     ana    kept
    b
      xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
      kept
    c     bob    kept
    d     ana    kept
    ");
    // Where they are many, each is a paragraph.
    sheet.push(Row::new(["e".to_owned(), long.clone(), "kept".to_owned()]));
    assert!(sheet.show(Screen::plain(40)).starts_with("a  ana\n  kept\n"), "{}", sheet.show(Screen::plain(40)));
}

#[test]
fn a_wide_terminal_has_a_table_and_a_narrow_one_paragraphs() {
    insta::assert_snapshot!(sheet().show(Screen::plain(90)), @r"
    ITEM                  OWNER  OUTCOME  WHAT AND WHY
    orders-analytics-dev  ana|b  planned  delete writer 1
                                          keep its data in snapshot
                                          nightshift-orders-analytics-dev-20261120t000000z
    =x                    ana|b  skipped  [protected] it is protected by '*'
    ");
    insta::assert_snapshot!(sheet().show(Screen::plain(60)), @r"
    orders-analytics-dev  ana|b  planned
      delete writer 1
      keep its data in snapshot
        nightshift-orders-analytics-dev-20261120t000000z
    =x  ana|b  skipped
      [protected] it is protected by '*'
    ");
    assert_eq!(Sheet::new(["A", "B"]).show(Screen::plain(80)), "");
}

#[test]
fn no_word_is_ever_broken_and_no_line_is_wider_than_it_must_be() {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    for width in 1..200 {
        let shown = sheet().show(Screen::plain(width));
        for word in ["nightshift-orders-analytics-dev-20261120t000000z", "orders-analytics-dev", "[protected]"] {
            assert!(words(&shown).contains(&word.to_owned()), "{width}: {shown}");
        }
        for line in shown.lines().filter(|line| wide(line) > width) {
            assert_eq!(words(line).len(), 1, "{width}: only a word alone may be too wide: {line}");
        }
    }
}

#[test]
fn colours_change_no_place_and_no_word() {
    let coloured = sheet().show(Screen { width: 90, colour: true });
    assert!(coloured.contains("\u{1b}[36mplanned\u{1b}[0m  "), "{coloured}");
    let mut bare = String::new();
    for part in coloured.split('\u{1b}') {
        bare += part.split_once('m').filter(|_| part.starts_with('[')).map_or(part, |(_, rest)| rest);
    }
    assert_eq!(bare, sheet().show(Screen::plain(90)));
}

#[test]
fn a_cell_is_never_a_formula_and_never_markup() {
    for (cell, expected) in [("=1+1", "'=1+1"), ("@ana", "'@ana"), ("ana", "ana"), ("", "")] {
        assert_eq!(harmless(cell), expected);
    }
    insta::assert_snapshot!(sheet().csv(), @r"
    item,owner,outcome,what_and_why
    orders-analytics-dev,ana|b,planned,delete writer 1; keep its data in snapshot nightshift-orders-analytics-dev-20261120t000000z
    '=x,ana|b,skipped,[protected] it is protected by '*'
    ");
    insta::assert_snapshot!(sheet().markdown(), @r"
    | ITEM | OWNER | OUTCOME | WHAT AND WHY |
    |---|---|---|---|
    | orders-analytics-dev | ana\|b | planned | delete writer 1; keep its data in snapshot nightshift-orders-analytics-dev-20261120t000000z |
    | =x | ana\|b | skipped | \[protected\] it is protected by '\*' |
    ");
}
