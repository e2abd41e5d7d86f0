//! An owner's message in both languages, word for word, and who gets which.

mod commands;
mod owners;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::*;
use crate::domains::clusters::deletion::HalfDeleted;
use crate::jobs::cluster_cleanup::plan::Obstacle;
use crate::notify::{Because, Clock, Language, Recipient, text};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn ana() -> Recipient {
    let because = Because::Domain { owner: "ana".to_owned() };
    Recipient { address: "ana@example.com".parse().unwrap(), because }
}

fn expiring(id: &str, data: Data) -> Matter {
    Matter::Expiring(Expiring {
        id: id.to_owned(),
        region: "eu-west-1".to_owned(),
        arn: format!("arn:aws:rds:eu-west-1:111122223333:cluster:{id}"),
        owner: Some("ana".to_owned()),
        expires_at: at("2026-11-22T23:30:00Z"),
        earliest: at("2026-11-22T23:30:00Z"),
        data,
    })
}

fn hand(id: &str, why: Why) -> Matter {
    Matter::Hand(Hand {
        id: id.to_owned(),
        region: "eu-west-1".to_owned(),
        arn: format!("arn:aws:rds:eu-west-1:111122223333:cluster:{id}"),
        owner: Some("ana".to_owned()),
        why,
    })
}

fn matters() -> Vec<Matter> {
    vec![
        expiring("orders-dev", Data::Snapshot { days: 30 }),
        expiring("orders-copy", Data::InSource("orders".to_owned())),
        Matter::Gone(Gone {
            id: "billing-dev".to_owned(),
            region: "eu-west-1".to_owned(),
            engine: "aurora-mysql".to_owned(),
            copy: Some(KeptCopy {
                snapshot: "nightshift-billing-dev-20261120t000000z-abcd1234".to_owned(),
                arn: "arn:aws:rds:eu-west-1:111122223333:cluster-snapshot:nightshift-billing-dev-20261120t000000z-abcd1234"
                    .to_owned(),
                until: at("2026-12-21T02:00:00Z"),
            }),
            source: None,
        }),
        hand("trial-dev", Why::MalformedExpiry { value: "next friday".to_owned() }),
    ]
}

fn digest(owner: Option<&str>) -> Digest {
    Digest {
        owners: vec!["ana".to_owned()],
        to: owner.map(|_| ana()).into_iter().collect(),
        matters: matters().into_iter().map(|matter| (Some("ana".to_owned()), matter)).collect(),
        actions: Vec::new(),
    }
}

const CONTACT: &str = "Questions, or no command nightshift yet? Ask platform@example.com.";

fn written(digest: &Digest, language: Language, tag_key: &str) -> String {
    written_by(digest, language, |setting| Setting { tag_key, ..setting })
}

fn written_by<'a>(digest: &Digest, language: Language, by: impl FnOnce(Setting<'a>) -> Setting<'a>) -> String {
    let zone = Box::leak(Box::new(TimeZone::get("Europe/Madrid").unwrap()));
    let setting = Setting {
        account: "111122223333",
        tag_key: "auto-delete-after",
        owner_tag: "owner",
        lease_days: 90,
        function: Some("nightshift-dev-cluster-cleanup"),
        home: Some("eu-central-1"),
        contact: CONTACT,
        now: at("2026-11-21T02:00:00Z"),
        clock: Clock { zone, language },
    };
    text(&letter(digest, by(setting)))
}

#[test]
fn an_owner_reads_what_goes_how_to_keep_it_and_how_to_get_it_back() {
    insta::assert_snapshot!(written(&digest(Some("ana")), Language::English, "auto-delete-after"), @"
    [111122223333] 2 clusters will be deleted, 1 cluster was deleted, 1 cluster needs attention

    Nightshift looks after AWS account 111122223333 at night. It deletes an Aurora cluster once the time in its tag auto-delete-after has passed.

    This is about clusters whose owner is ana.


    Will be deleted unless you act
    ------------------------------

    * orders-dev (eu-west-1)
      Expires: Mon 23 Nov 2026, 00:30 CET (Sun 22 Nov 2026, 23:30 UTC)
      Earliest deletion: Mon 23 Nov 2026, 00:30 CET (Sun 22 Nov 2026, 23:30 UTC)
      Its data: kept for 30 days in a final snapshot
      To keep it longer:
        nightshift clusters extend orders-dev --until 2026-12-07 --region eu-west-1 --owner ana
      or with the AWS CLI:
        aws rds add-tags-to-resource --region eu-west-1 --resource-name arn:aws:rds:eu-west-1:111122223333:cluster:orders-dev --tags Key=auto-delete-after,Value=2026-12-07

    * orders-copy (eu-west-1)
      Expires: Mon 23 Nov 2026, 00:30 CET (Sun 22 Nov 2026, 23:30 UTC)
      Earliest deletion: Mon 23 Nov 2026, 00:30 CET (Sun 22 Nov 2026, 23:30 UTC)
      Its data: not kept. This is a clone of orders, which still has what was cloned; what was written to the clone since then is lost
      To keep it longer:
        nightshift clusters extend orders-copy --until 2026-12-07 --region eu-west-1 --owner ana
      or with the AWS CLI:
        aws rds add-tags-to-resource --region eu-west-1 --resource-name arn:aws:rds:eu-west-1:111122223333:cluster:orders-copy --tags Key=auto-delete-after,Value=2026-12-07


    Deleted
    -------

    * billing-dev (eu-west-1)
      Snapshot with its data: nightshift-billing-dev-20261120t000000z-abcd1234
      Kept until: Mon 21 Dec 2026, 03:00 CET (02:00 UTC)
      To get it back:
        nightshift clusters restore nightshift-billing-dev-20261120t000000z-abcd1234 --region eu-west-1
      or with the AWS CLI, which restores neither its settings nor its members:
        aws rds restore-db-cluster-from-snapshot --region eu-west-1 --db-cluster-identifier billing-dev --snapshot-identifier nightshift-billing-dev-20261120t000000z-abcd1234 --engine aurora-mysql
      To keep the snapshot for good:
        aws rds add-tags-to-resource --region eu-west-1 --resource-name arn:aws:rds:eu-west-1:111122223333:cluster-snapshot:nightshift-billing-dev-20261120t000000z-abcd1234 --tags Key=nightshift:purge-after,Value=never


    Needs your attention
    --------------------

    * trial-dev (eu-west-1)
      Its expiry 'next friday' is not a date or time that can be read.
      Set the tag 'auto-delete-after' to a time such as 2026-12-05T12:00:00Z, to a day such as 2026-12-05, or to 'never' to keep it; until you do, it is not deleted.
      To keep it longer:
        nightshift clusters extend trial-dev --until 2026-12-05 --region eu-west-1 --owner ana
      or with the AWS CLI:
        aws rds add-tags-to-resource --region eu-west-1 --resource-name arn:aws:rds:eu-west-1:111122223333:cluster:trial-dev --tags Key=auto-delete-after,Value=2026-12-05

    --
    You get this because these resources are tagged as owned by ana.
    Questions, or no command nightshift yet? Ask platform@example.com.
    cluster-cleanup of Nightshift in account 111122223333, Sat 21 Nov 2026, 03:00 CET (02:00 UTC).
    ");
}

#[test]
fn and_so_in_spanish() {
    insta::assert_snapshot!(written(&digest(Some("ana")), Language::Spanish, "auto-delete-after"), @"
    [111122223333] 2 clústeres se eliminarán, 1 clúster eliminado, 1 clúster requiere atención

    Nightshift se ocupa por la noche de la cuenta de AWS 111122223333. Elimina un clúster de Aurora cuando ha pasado la hora de su etiqueta auto-delete-after.

    Se trata de clústeres cuyo propietario es ana.


    Se eliminarán si no hace nada
    -----------------------------

    * orders-dev (eu-west-1)
      Caduca: lun 23 nov 2026, 00:30 CET (dom 22 nov 2026, 23:30 UTC)
      No se elimina antes del: lun 23 nov 2026, 00:30 CET (dom 22 nov 2026, 23:30 UTC)
      Sus datos: se conservan 30 días en una copia final
      Para conservarlo más tiempo:
        nightshift clusters extend orders-dev --until 2026-12-07 --region eu-west-1 --owner ana
      o con la AWS CLI:
        aws rds add-tags-to-resource --region eu-west-1 --resource-name arn:aws:rds:eu-west-1:111122223333:cluster:orders-dev --tags Key=auto-delete-after,Value=2026-12-07

    * orders-copy (eu-west-1)
      Caduca: lun 23 nov 2026, 00:30 CET (dom 22 nov 2026, 23:30 UTC)
      No se elimina antes del: lun 23 nov 2026, 00:30 CET (dom 22 nov 2026, 23:30 UTC)
      Sus datos: no se conservan. Es un clon de orders, que conserva lo que se clonó; lo que se escribió después en el clon se pierde
      Para conservarlo más tiempo:
        nightshift clusters extend orders-copy --until 2026-12-07 --region eu-west-1 --owner ana
      o con la AWS CLI:
        aws rds add-tags-to-resource --region eu-west-1 --resource-name arn:aws:rds:eu-west-1:111122223333:cluster:orders-copy --tags Key=auto-delete-after,Value=2026-12-07


    Eliminado
    ---------

    * billing-dev (eu-west-1)
      Copia con sus datos: nightshift-billing-dev-20261120t000000z-abcd1234
      Se conserva hasta el: lun 21 dic 2026, 03:00 CET (02:00 UTC)
      Para recuperarlo:
        nightshift clusters restore nightshift-billing-dev-20261120t000000z-abcd1234 --region eu-west-1
      o con la AWS CLI, que no recupera ni su configuración ni sus instancias:
        aws rds restore-db-cluster-from-snapshot --region eu-west-1 --db-cluster-identifier billing-dev --snapshot-identifier nightshift-billing-dev-20261120t000000z-abcd1234 --engine aurora-mysql
      Para conservar la copia para siempre:
        aws rds add-tags-to-resource --region eu-west-1 --resource-name arn:aws:rds:eu-west-1:111122223333:cluster-snapshot:nightshift-billing-dev-20261120t000000z-abcd1234 --tags Key=nightshift:purge-after,Value=never


    Requiere su atención
    --------------------

    * trial-dev (eu-west-1)
      Su caducidad 'next friday' no es una fecha ni una hora que se pueda leer.
      Ponga en la etiqueta 'auto-delete-after' una hora como 2026-12-05T12:00:00Z, un día como 2026-12-05, o 'never' para conservarlo; mientras no lo haga, no se elimina.
      Para conservarlo más tiempo:
        nightshift clusters extend trial-dev --until 2026-12-05 --region eu-west-1 --owner ana
      o con la AWS CLI:
        aws rds add-tags-to-resource --region eu-west-1 --resource-name arn:aws:rds:eu-west-1:111122223333:cluster:trial-dev --tags Key=auto-delete-after,Value=2026-12-05

    --
    Recibe este mensaje porque estos recursos están etiquetados como propiedad de ana.
    Questions, or no command nightshift yet? Ask platform@example.com.
    cluster-cleanup de Nightshift en la cuenta 111122223333, sáb 21 nov 2026, 03:00 CET (02:00 UTC).
    ");
}

#[test]
fn operators_who_stand_in_read_whose_each_is_and_commands_name_another_tag_key() {
    let mut digest = digest(None);
    digest.matters.truncate(1);
    insta::assert_snapshot!(written(&digest, Language::English, "expires on"), @r#"
    [111122223333] 1 cluster will be deleted

    Nightshift looks after AWS account 111122223333 at night. It deletes an Aurora cluster once the time in its tag expires on has passed.

    This is about clusters of ana.


    Will be deleted unless you act
    ------------------------------

    * orders-dev (eu-west-1)
      Expires: Mon 23 Nov 2026, 00:30 CET (Sun 22 Nov 2026, 23:30 UTC)
      Earliest deletion: Mon 23 Nov 2026, 00:30 CET (Sun 22 Nov 2026, 23:30 UTC)
      Its data: kept for 30 days in a final snapshot
      Owner: ana
      To keep it longer:
        nightshift clusters extend orders-dev --until 2026-12-07 --region eu-west-1 --owner ana --tag-key 'expires on'
      or with the AWS CLI:
        aws rds add-tags-to-resource --region eu-west-1 --resource-name arn:aws:rds:eu-west-1:111122223333:cluster:orders-dev --tags '[{"Key":"expires on","Value":"2026-12-07"}]'

    --
    Questions, or no command nightshift yet? Ask platform@example.com.
    cluster-cleanup of Nightshift in account 111122223333, Sat 21 Nov 2026, 03:00 CET (02:00 UTC).
    "#);
}

/// Each kind of thing an owner is asked.
fn everything_asked() -> Vec<Why> {
    let word = || "x".to_owned();
    let half = HalfDeleted { asked: at("2026-11-20T00:00:00Z"), had: 2, has: 0 };
    vec![
        Why::LookAlikeTags { keys: vec![word()] },
        Why::MalformedExpiry { value: word() },
        Why::BareNumber { value: word() },
        Why::BeforeCreation { value: word(), created_at: None },
        Why::TooFarAhead { value: word() },
        Why::MalformedPurge { value: word() },
        Why::GlobalClusterMember { global: word() },
        Why::Replica { source: word() },
        Why::ReplicationSource { replicas: vec![word()] },
        Why::Limitless,
        Why::BlueGreen,
        Why::Integration,
        Why::Stopped { restarts: Some(at("2026-11-24T00:00:00Z")) },
        Why::StartedInVain { times: 3 },
        Why::HalfDeleted { half, until: Some(at("2026-12-20T00:00:00Z")) },
        Why::HalfDeleted { half, until: None },
        Why::HalfDeletedBlocked { half, stop: Obstacle::Why(Box::new(Why::GlobalClusterMember { global: word() })) },
        Why::HalfDeletedBlocked { half, stop: Obstacle::Refused { said: word(), fix: word() } },
        Why::KeyLost { status: word() },
        Why::StatusFailed { status: word() },
        Why::DeletionProtection,
        Why::Managed { key: word(), value: word() },
        Why::TagLimit { has: 49, needs: 2 },
    ]
}

#[test]
fn an_owner_is_asked_nothing_that_only_an_operator_could_do_and_shown_no_date_that_has_passed() {
    for language in [Language::English, Language::Spanish] {
        for why in everything_asked() {
            assert!(why.is_for_its_owner(), "{why:?}");
            let one = Digest {
                matters: vec![(Some("ana".to_owned()), hand("orders-dev", why.clone()))],
                ..digest(Some("ana"))
            };
            let text = written(&one, language, "auto-delete-after");
            assert!(!text.contains("NIGHTSHIFT_"), "{why:?}: {text}");
            assert!(!text.contains("2026-03-31"), "{why:?}: {text}");
            // What has no date, or several, is not given one by whoever copies a line: it would be deleted by that.
            let has_none = matches!(why, Why::LookAlikeTags { .. } | Why::HalfDeleted { until: None, .. });
            assert_eq!(
                text.contains(" add-tags-to-resource ") || text.contains("clusters extend"),
                !has_none,
                "{why:?}: {text}"
            );
            if language == Language::Spanish {
                let english = written(&one, Language::English, "auto-delete-after");
                let (_, said) = text.split_once("orders-dev (eu-west-1)").unwrap();
                let (_, english) = english.split_once("orders-dev (eu-west-1)").unwrap();
                assert_ne!(said.lines().nth(1), english.lines().nth(1), "{why:?}");
                assert_ne!(said.lines().nth(2), english.lines().nth(2), "{why:?}");
            }
        }
    }
}

#[test]
fn what_goes_without_a_snapshot_is_told_before_it_goes() {
    let going = |id: &str, source: Option<&str>| {
        let (id, region, engine) = (id.to_owned(), "eu-west-1".to_owned(), "aurora-mysql".to_owned());
        Matter::Going(Gone { id, region, engine, copy: None, source: source.map(str::to_owned) })
    };
    let digest = |matters: Vec<Matter>| Digest {
        matters: matters.into_iter().map(|matter| (Some("ana".to_owned()), matter)).collect(),
        ..digest(Some("ana"))
    };
    let lost = digest(vec![going("orders-dev", None)]);
    insta::assert_snapshot!(written(&lost, Language::English, "auto-delete-after"), @"
    [111122223333] 1 cluster is being deleted now

    Nightshift looks after AWS account 111122223333 at night. It deletes an Aurora cluster once the time in its tag auto-delete-after has passed.

    This is about clusters whose owner is ana.


    Being deleted now
    -----------------

    * orders-dev (eu-west-1)
      Its data: NOT kept: nothing brings it back

    --
    You get this because these resources are tagged as owned by ana.
    Questions, or no command nightshift yet? Ask platform@example.com.
    cluster-cleanup of Nightshift in account 111122223333, Sat 21 Nov 2026, 03:00 CET (02:00 UTC).
    ");
    let copies = digest(vec![going("a-copy", Some("orders")), going("b-copy", Some("orders"))]);
    insta::assert_snapshot!(written(&copies, Language::Spanish, "auto-delete-after"), @"
    [111122223333] 2 clústeres se están eliminando

    Nightshift se ocupa por la noche de la cuenta de AWS 111122223333. Elimina un clúster de Aurora cuando ha pasado la hora de su etiqueta auto-delete-after.

    Se trata de clústeres cuyo propietario es ana.


    Se están eliminando ahora
    -------------------------

    * a-copy (eu-west-1)
      Sus datos: orders, del que se clonó, conserva lo que se clonó; lo que se escribió después en el clon se pierde

    * b-copy (eu-west-1)
      Sus datos: orders, del que se clonó, conserva lo que se clonó; lo que se escribió después en el clon se pierde

    --
    Recibe este mensaje porque estos recursos están etiquetados como propiedad de ana.
    Questions, or no command nightshift yet? Ask platform@example.com.
    cluster-cleanup de Nightshift en la cuenta 111122223333, sáb 21 nov 2026, 03:00 CET (02:00 UTC).
    ");
}
