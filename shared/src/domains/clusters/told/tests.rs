//! What each message says, as its reader has it.

use jiff::tz::TimeZone;

use super::*;
use crate::notify::{Language, text};
use crate::services::rds::Access;

fn clone() -> Cluster {
    Cluster {
        id: "orders-ana".to_owned(),
        arn: "arn:aws:rds:eu-west-1:111122223333:cluster:orders-ana".to_owned(),
        region: "eu-west-1".to_owned(),
        engine: "aurora-postgresql".to_owned(),
        settings: crate::services::rds::Settings { port: Some(5433), ..Default::default() },
        access: Access {
            endpoint: Some("orders-ana.cluster-x.eu-west-1.rds.amazonaws.com".to_owned()),
            master_user: Some("admin".to_owned()),
            master_secret: Some("arn:aws:secretsmanager:eu-west-1:111122223333:secret:rds!cluster-1".to_owned()),
            database: Some("orders".to_owned()),
            ..Access::default()
        },
        ..Cluster::default()
    }
}

fn said_by(told: Told<'_>, language: Language, policy: impl Fn(&mut Typed<'_>)) -> Letter {
    let zone = TimeZone::UTC;
    let mut typed = Typed {
        tag_key: "auto-delete-after",
        owner_tag: "owner",
        lease_days: 90,
        function: None,
        home: None,
        now: "2026-11-21T02:00:00Z".parse().unwrap(),
        zone: &zone,
    };
    policy(&mut typed);
    let clock = Clock { zone: &zone, language };
    let setting =
        Setting { job: "cluster-clone", account: "111122223333", contact: "Ask ops@example.com.", clock, typed };
    letter(told, "ana", None, setting)
}

fn said(told: Told<'_>, language: Language) -> String {
    text(&said_by(told, language, |_| ()))
}

fn wanted() -> Wanted<'static> {
    Wanted { id: "orders-x", region: "eu-west-1", source: "orders" }
}

fn expiry() -> Timestamp {
    "2026-11-28T02:00:00Z".parse().unwrap()
}

#[test]
fn who_gets_a_clone_reads_how_to_connect_when_it_goes_and_how_to_keep_it() {
    let clone = clone();
    let told = Told::Cloned { cluster: &clone, source: "orders", expires_at: Some(expiry()) };
    insta::assert_snapshot!(said(told, Language::English), @r"
    [111122223333] orders-ana is ready, until Sat 28 Nov 2026, 02:00 UTC

    Nightshift looks after the Aurora clusters of AWS account 111122223333.

    This is about a cluster whose owner is ana.


    Ready to use
    ------------

    * orders-ana (eu-west-1)
      A clone of: orders
      Endpoint: orders-ana.cluster-x.eu-west-1.rds.amazonaws.com
      Port: 5433
      Engine: aurora-postgresql
      Database: orders
      User: admin
      Its password is in the secret: arn:aws:secretsmanager:eu-west-1:111122223333:secret:rds!cluster-1
      Goes: Sat 28 Nov 2026, 02:00 UTC
      To read its password:
        aws secretsmanager get-secret-value --region eu-west-1 --secret-id 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:rds!cluster-1' --query SecretString --output text
      To keep it longer:
        nightshift clusters extend orders-ana --until 2026-12-12 --region eu-west-1 --owner ana

    --
    Ask ops@example.com.
    cluster-clone of Nightshift in account 111122223333, Sat 21 Nov 2026, 02:00 UTC.
    ");
    insta::assert_snapshot!(said(told, Language::Spanish), @r"
    [111122223333] orders-ana está listo, hasta el sáb 28 nov 2026, 02:00 UTC

    Nightshift se ocupa de los clústeres de Aurora de la cuenta de AWS 111122223333.

    Se trata de un clúster cuyo propietario es ana.


    Listo para usar
    ---------------

    * orders-ana (eu-west-1)
      Un clon de: orders
      Punto de conexión: orders-ana.cluster-x.eu-west-1.rds.amazonaws.com
      Puerto: 5433
      Motor: aurora-postgresql
      Base de datos: orders
      Usuario: admin
      Su contraseña está en el secreto: arn:aws:secretsmanager:eu-west-1:111122223333:secret:rds!cluster-1
      Se elimina: sáb 28 nov 2026, 02:00 UTC
      Para leer su contraseña:
        aws secretsmanager get-secret-value --region eu-west-1 --secret-id 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:rds!cluster-1' --query SecretString --output text
      Para conservarlo más tiempo:
        nightshift clusters extend orders-ana --until 2026-12-12 --region eu-west-1 --owner ana

    --
    Ask ops@example.com.
    cluster-clone de Nightshift en la cuenta 111122223333, sáb 21 nov 2026, 02:00 UTC.
    ");
}

#[test]
fn what_was_not_made_says_why_and_what_to_do() {
    let others = ["orders-ana".to_owned(), "shop-ana".to_owned()];
    let told = Told::OverQuota { wanted: wanted(), others: &others, most: 2 };
    insta::assert_snapshot!(said(told, Language::English), @r"
    [111122223333] orders-x was not made: you have 2 of 2 clones

    Nightshift looks after the Aurora clusters of AWS account 111122223333.

    This is about a cluster whose owner is ana.


    Not made
    --------

    * orders-x (eu-west-1)
      A clone of: orders
      Clones you have: orders-ana, shop-ana
      You may have: 2
      Delete one of them or wait until one expires, and ask again.
      To see them:
        nightshift clusters list

    --
    Ask ops@example.com.
    cluster-clone of Nightshift in account 111122223333, Sat 21 Nov 2026, 02:00 UTC.
    ");
    let told = Told::Failed { wanted: wanted(), why: "AWS could not make it", fix: Some("ask again") };
    insta::assert_snapshot!(said(told, Language::English), @r"
    [111122223333] orders-x could not be made

    Nightshift looks after the Aurora clusters of AWS account 111122223333.

    This is about a cluster whose owner is ana.


    Came to nothing
    ---------------

    * orders-x (eu-west-1)
      A clone of: orders
      AWS could not make it.
      Ask again.

    --
    Ask ops@example.com.
    cluster-clone of Nightshift in account 111122223333, Sat 21 Nov 2026, 02:00 UTC.
    ");
    assert!(said(told, Language::Spanish).contains("orders-x no se pudo hacer"));
}

#[test]
fn who_lost_a_cluster_reads_who_did_it_and_how_to_get_it_back() {
    let told = |data| Told::DeletedByHand {
        id: "orders-ana",
        region: "eu-west-1",
        engine: "aurora-postgresql",
        by: "arn:aws:iam::111122223333:user/ben",
        data,
    };
    let kept = Data::Kept { snapshot: "nightshift-orders-ana", until: "2026-12-21T02:00:00Z".parse().unwrap() };
    insta::assert_snapshot!(said(told(kept), Language::English), @r"
    [111122223333] orders-ana was deleted by hand

    Nightshift looks after the Aurora clusters of AWS account 111122223333.

    This is about a cluster whose owner is ana.


    Deleted by hand
    ---------------

    * orders-ana (eu-west-1)
      Deleted by: arn:aws:iam::111122223333:user/ben
      Snapshot with its data: nightshift-orders-ana
      Kept until: Mon 21 Dec 2026, 02:00 UTC
      To get it back:
        nightshift clusters restore nightshift-orders-ana --region eu-west-1
      or with the AWS CLI, which restores neither its settings nor its members:
        aws rds restore-db-cluster-from-snapshot --region eu-west-1 --db-cluster-identifier orders-ana --snapshot-identifier nightshift-orders-ana --engine aurora-postgresql

    --
    Ask ops@example.com.
    cluster-clone of Nightshift in account 111122223333, Sat 21 Nov 2026, 02:00 UTC.
    ");
    assert!(
        said(told(Data::InSource("orders")), Language::English).contains("orders, which it was cloned from, still has")
    );
    assert!(said(told(Data::Lost), Language::Spanish).contains("NO se conservan"));
}

/// A command that does not work as it stands is worse than none.
#[test]
fn the_way_to_keep_it_is_one_that_works_under_this_policy() {
    let clone = clone();
    let command = |policy: fn(&mut Typed<'_>)| {
        let told = Told::Cloned { cluster: &clone, source: "orders", expires_at: Some(expiry()) };
        text(&said_by(told, Language::English, policy))
    };
    assert!(command(|it| it.tag_key = "ends").contains("--owner ana --tag-key ends"));
    assert!(command(|it| it.owner_tag = "team").contains("aws rds add-tags-to-resource --region eu-west-1"));
    assert!(command(|it| it.lease_days = 7).contains("It can be given no more time now: 7 days"));
}

#[test]
fn whoever_gets_production_data_is_told_so() {
    let mut marked = clone();
    marked.tags.set(DATA, PRODUCTION);
    for (cluster, says) in [(clone(), false), (marked, true)] {
        let told = Told::Cloned { cluster: &cluster, source: "orders", expires_at: Some(expiry()) };
        assert_eq!(said(told, Language::English).contains("It holds production data"), says);
    }
}
