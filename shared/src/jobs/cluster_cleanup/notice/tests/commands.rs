//! That what a message says can be done as it stands.

use super::*;

#[test]
fn a_command_works_under_the_policy_in_force() {
    let extend = |owner: Option<&str>, by: fn(Setting<'static>) -> Setting<'static>| {
        let Matter::Expiring(one) = expiring("orders-dev", Data::Lost) else { panic!() };
        let one = Matter::Expiring(Expiring { owner: owner.map(str::to_owned), ..one });
        let text = written_by(&Digest { matters: vec![(None, one)], ..digest(Some("ana")) }, Language::English, by);
        let lines: Vec<_> = text.lines().skip_while(|line| !line.contains("To keep it longer")).collect();
        let lines = lines.iter().filter(|line| line.starts_with("    ") || line.contains("no more time"));
        lines.map(|line| line.trim()).collect::<Vec<_>>().join("\n")
    };
    let aws = "aws rds add-tags-to-resource --region eu-west-1 --resource-name arn:aws:rds:eu-west-1:111122223333:cluster:orders-dev --tags Key=auto-delete-after,Value=2026-12-07";
    let plain = "nightshift clusters extend orders-dev --until 2026-12-07 --region eu-west-1 --owner";
    assert_eq!(extend(Some("ana"), |it| it), format!("{plain} ana\n{aws}"));
    assert_eq!(extend(Some("the data team"), |it| it), format!("{plain} 'the data team'\n{aws}"));
    assert_eq!(extend(None, |it| it), aws, "ours refuses to move the date of what nobody owns");
    // It expires at the end of the 22nd in UTC: a lease of five days ends on the 26th.
    let short = extend(Some("ana"), |it| Setting { lease_days: 5, ..it });
    assert!(short.contains(" --until 2026-11-25 "), "{short}");
    let hours = extend(Some("ana"), |it| Setting { lease_days: 2, ..it });
    assert!(hours.contains(" --until 2026-11-23T02:00:00Z "), "{hours}");
    assert_eq!(extend(Some("ana"), |it| Setting { lease_days: 1, ..it }), "", "{hours}");
    // What the command would not know by itself, it reads from the function.
    assert_eq!(
        extend(Some("ana"), |it| Setting { owner_tag: "team", ..it }).lines().next().unwrap(),
        format!("AWS_REGION=eu-central-1 {plain} ana --function nightshift-dev-cluster-cleanup")
    );
    assert_eq!(extend(Some("ana"), |it| Setting { owner_tag: "team", function: None, ..it }), aws);
}

#[test]
fn what_is_farther_than_the_command_allows_by_itself_is_asked_of_the_function() {
    let extend = |expires_at: &str, function: Option<&'static str>| {
        let Matter::Expiring(one) = expiring("orders-dev", Data::Lost) else { panic!() };
        let one = Matter::Expiring(Expiring { expires_at: at(expires_at), ..one });
        let digest = Digest { matters: vec![(None, one)], ..digest(Some("ana")) };
        let text = written_by(&digest, Language::English, |it| Setting { lease_days: 365, function, ..it });
        let line = text.lines().map(str::trim).find(|line| line.contains("nightshift clusters extend"));
        line.map(str::to_owned)
    };
    let function = Some("nightshift-dev-cluster-cleanup");
    // Ninety days are over on 19 February, at two in the night.
    let near = extend("2027-02-04T12:00:00Z", function).unwrap();
    assert!(near.contains("--until 2027-02-18 ") && !near.contains("--function"), "{near}");
    let far = extend("2027-02-05T12:00:00Z", function).unwrap();
    assert!(
        far.contains("--until 2027-02-19 ") && far.ends_with(" --function nightshift-dev-cluster-cleanup"),
        "{far}"
    );
    assert_eq!(extend("2027-02-05T12:00:00Z", None), None);
    // To the second, where no day is left.
    let last = extend("2027-11-20T23:30:00Z", function).unwrap();
    assert!(last.contains("--until 2027-11-21T02:00:00Z ") && last.contains("--function"), "{last}");
}
