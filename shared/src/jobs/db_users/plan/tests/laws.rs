//! What holds for any event: hostile names stay names, nobody is touched who was not named, and order does not matter.

use proptest::prelude::*;

use super::*;

/// Names that break what is built by pasting: quotes, backslashes, comments, wildcards, letters of all kinds.
fn hostile() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[a-zé\"'\\\\;%_$ -]{1,12}").expect("a pattern")
}

/// The statement without what stands in quotes: nothing of a name is left, if it was quoted right.
fn outside_quotes(sql: &str) -> String {
    let mut rest = String::new();
    let mut quote = None;
    for c in sql.chars() {
        match quote {
            // A doubled quote closes and opens again, which comes to the same.
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => quote = Some(c),
            None => rest.push(c),
        }
    }
    assert!(quote.is_none(), "a quote stays open in {sql}");
    rest
}

proptest! {
    #[test]
    fn a_name_never_leaves_its_quotes(name in hostile(), schema in hostile()) {
        let mut hostile = user(&name);
        hostile.schemas = vec![schema];
        let request = request(vec![hostile]);
        let made = plan(&world(16, &request), &request);
        for action in &made.actions {
            let statements = match action {
                Action::Prepare(prepare) => &prepare.statements,
                Action::Change(change) => &change.statements,
                Action::Drop(drop) => &drop.drop,
            };
            for statement in statements {
                let rest = outside_quotes(&statement.to_string());
                prop_assert!(rest.chars().all(|c| c.is_ascii_uppercase() || " ,".contains(c)), "{statement}: {rest}");
            }
        }
    }

    #[test]
    fn a_plan_is_the_same_every_time_and_touches_only_whom_it_names(names in proptest::collection::btree_set("[a-f]{1,4}", 1..6)) {
        let request = request(names.iter().map(|name| user(name)).collect());
        let world = world(15, &request);
        let made = plan(&world, &request);
        prop_assert_eq!(&made, &plan(&world, &request));
        for action in &made.actions {
            prop_assert!(names.contains(action.id()), "{}", action.id());
        }
    }
}
