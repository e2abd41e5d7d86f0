//! Laws that hold for every world.

use proptest::prelude::*;

use super::*;

fn any_user() -> impl Strategy<Value = User> {
    (0..30_u8, prop::collection::vec((0..200_u32, 0..120_u32, any::<bool>()), 0..3), any::<bool>()).prop_map(
        |(n, keys, is_robot)| {
            let name = format!("user{n:02}");
            let keys: Vec<_> = keys
                .into_iter()
                .enumerate()
                .map(|(index, (age, use_days, active))| {
                    let one = key(
                        &format!("{name}K{index}"),
                        age,
                        if use_days > age { LastUsed::Never } else { used(use_days) },
                    );
                    if active { one } else { off(one) }
                })
                .collect();
            let path = if is_robot { "/robots/" } else { "/people/" };
            User { id: format!("AIDA{n}"), path: path.to_owned(), name, ..with(&keys) }
        },
    )
}

fn any_world() -> impl Strategy<Value = World> {
    prop::collection::vec(any_user(), 0..20).prop_map(|mut users| {
        users.sort_by(|a, b| a.name.cmp(&b.name));
        users.dedup_by(|a, b| a.name == b.name);
        World { account: ACCOUNT.to_owned(), users, strays: Vec::new() }
    })
}

fn plan(world: &World, policy: &Policy, now: Timestamp) -> Plan {
    let request = Request::default();
    Plan::make(world, Terms { now, ..terms(policy, &request) })
}

proptest! {
    #[test]
    fn the_order_of_the_world_changes_nothing(world in any_world(), seed in any::<u64>()) {
        let policy = policy(&[]);
        let first = plan(&world, &policy, now());
        let mut shuffled = world;
        shuffled.users.sort_by_key(|user| user.name.bytes().fold(seed, |a, b| a.wrapping_mul(31).wrapping_add(b.into())));
        for user in &mut shuffled.users {
            if let Read::Known(keys) = &mut user.keys {
                keys.reverse();
            }
        }
        let again = plan(&shuffled, &policy, now());
        prop_assert_eq!(first.digest(), again.digest());
        prop_assert_eq!(first, again);
    }

    #[test]
    fn the_moment_of_planning_is_not_in_the_digest(world in any_world(), hours in 0_i64..20) {
        let policy = policy(&[]);
        let later = now().checked_add(jiff::SignedDuration::from_hours(hours)).unwrap();
        let (early, late) = (plan(&world, &policy, now()), plan(&world, &policy, later));
        if early.actions.iter().map(|action| &action.step).eq(late.actions.iter().map(|action| &action.step)) {
            prop_assert_eq!(early.digest(), late.digest());
        }
    }

    #[test]
    fn nobody_excluded_is_ever_in_a_step_and_everybody_gets_at_most_one(world in any_world()) {
        let policy = policy(&[("NIGHTSHIFT_EXCLUDE", "path:/robots/*")]);
        let plan = plan(&world, &policy, now());
        let mut seen = std::collections::BTreeSet::new();
        for action in &plan.actions {
            prop_assert!(seen.insert(action.user.clone()));
            let user = world.users.iter().find(|user| user.name == action.user).unwrap();
            prop_assert_eq!(&user.path, "/people/");
        }
    }

    #[test]
    fn everybody_with_a_key_is_accounted_for(world in any_world()) {
        let plan = plan(&world, &policy(&[]), now());
        let with_keys = world.users.iter().filter(|user| user.keys.known().is_some_and(|keys| !keys.is_empty())).count();
        prop_assert_eq!(plan.actions.len() + plan.left.len(), with_keys);
    }
}
