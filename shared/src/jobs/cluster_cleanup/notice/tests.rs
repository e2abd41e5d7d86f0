//! An owner's message in both languages, word for word, and who gets which.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::*;
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
        expires_at: at("2026-11-22T23:30:00Z"),
        earliest: at("2026-11-22T23:30:00Z"),
        data,
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
            copy: Some(Kept {
                snapshot: "nightshift-billing-dev-20261120t000000z-abcd1234".to_owned(),
                arn: "arn:aws:rds:eu-west-1:111122223333:cluster-snapshot:nightshift-billing-dev-20261120t000000z-abcd1234"
                    .to_owned(),
                until: at("2026-12-21T02:00:00Z"),
            }),
            source: None,
        }),
        Matter::Hand(Hand {
            id: "trial-dev".to_owned(),
            region: "eu-west-1".to_owned(),
            why: Why::MalformedExpiry { value: "next friday".to_owned() },
        }),
    ]
}

fn digest(owner: Option<&str>) -> Digest {
    Digest {
        owner: owner.map(str::to_owned),
        to: owner.map(|_| ana()).into_iter().collect(),
        matters: matters().into_iter().map(|matter| (Some("ana".to_owned()), matter)).collect(),
        actions: Vec::new(),
    }
}

fn written(digest: &Digest, language: Language, tag_key: &str) -> String {
    let zone = TimeZone::get("Europe/Madrid").unwrap();
    let clock = Clock { zone: &zone, language };
    text(&letter(digest, Setting { account: "111122223333", tag_key, now: at("2026-11-21T02:00:00Z"), clock }))
}

#[test]
fn an_owner_reads_what_goes_how_to_keep_it_and_how_to_get_it_back() {
    insta::assert_snapshot!(written(&digest(Some("ana")), Language::English, "auto-delete-after"), @"
    [111122223333] 2 clusters will be deleted, 1 cluster was deleted, 1 needs your hand

    Aurora clusters of ana in account 111122223333 are deleted when the time in their tag auto-delete-after has passed.


    Will be deleted unless you act
    ------------------------------

    * orders-dev (eu-west-1)
      Expires: Mon 23 Nov 2026, 00:30 CET (Sun 22 Nov 2026, 23:30 UTC)
      Deleted by the first run after: Mon 23 Nov 2026, 00:30 CET (Sun 22 Nov 2026, 23:30 UTC)
      Its data: kept for 30 days in a final snapshot
      To keep it longer:
        nightshift clusters extend orders-dev --until 2026-12-07 --region eu-west-1
      or with the AWS CLI:
        aws rds add-tags-to-resource --region eu-west-1 --resource-name arn:aws:rds:eu-west-1:111122223333:cluster:orders-dev --tags Key=auto-delete-after,Value=2026-12-07

    * orders-copy (eu-west-1)
      Expires: Mon 23 Nov 2026, 00:30 CET (Sun 22 Nov 2026, 23:30 UTC)
      Deleted by the first run after: Mon 23 Nov 2026, 00:30 CET (Sun 22 Nov 2026, 23:30 UTC)
      Its data: not kept: it is a clone of orders, which still has it
      To keep it longer:
        nightshift clusters extend orders-copy --until 2026-12-07 --region eu-west-1
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


    Needs your hand
    ---------------

    * trial-dev (eu-west-1)
      Its expiry 'next friday' is not a time this tool reads.
      Write the time as 2026-03-31T12:00:00Z, the day as 2026-03-31, or 'never'; it is not deleted until then.

    --
    You get this because these resources are tagged as owned by ana.
    cluster-cleanup of Nightshift in account 111122223333, Sat 21 Nov 2026, 03:00 CET (02:00 UTC).
    ");
}

#[test]
fn and_so_in_spanish() {
    insta::assert_snapshot!(written(&digest(Some("ana")), Language::Spanish, "auto-delete-after"), @"
    [111122223333] 2 clústeres se eliminarán, 1 clúster eliminado, 1 necesita su intervención

    Los clústeres de Aurora de ana en la cuenta 111122223333 se eliminan cuando pasa la hora de su etiqueta auto-delete-after.


    Se eliminarán si no hace nada
    -----------------------------

    * orders-dev (eu-west-1)
      Caduca: lun 23 nov 2026, 00:30 CET (dom 22 nov 2026, 23:30 UTC)
      Lo elimina la primera ejecución después del: lun 23 nov 2026, 00:30 CET (dom 22 nov 2026, 23:30 UTC)
      Sus datos: se conservan 30 días en una copia final
      Para conservarlo más tiempo:
        nightshift clusters extend orders-dev --until 2026-12-07 --region eu-west-1
      o con la AWS CLI:
        aws rds add-tags-to-resource --region eu-west-1 --resource-name arn:aws:rds:eu-west-1:111122223333:cluster:orders-dev --tags Key=auto-delete-after,Value=2026-12-07

    * orders-copy (eu-west-1)
      Caduca: lun 23 nov 2026, 00:30 CET (dom 22 nov 2026, 23:30 UTC)
      Lo elimina la primera ejecución después del: lun 23 nov 2026, 00:30 CET (dom 22 nov 2026, 23:30 UTC)
      Sus datos: no se conservan: es un clon de orders, que los tiene
      Para conservarlo más tiempo:
        nightshift clusters extend orders-copy --until 2026-12-07 --region eu-west-1
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


    Necesita su intervención
    ------------------------

    * trial-dev (eu-west-1)
      Su caducidad 'next friday' no es una hora que se pueda leer.
      Escriba la hora como 2026-03-31T12:00:00Z, el día como 2026-03-31, o 'never'; hasta entonces no se elimina.

    --
    Recibe este mensaje porque estos recursos están etiquetados como propiedad de ana.
    cluster-cleanup de Nightshift en la cuenta 111122223333, sáb 21 nov 2026, 03:00 CET (02:00 UTC).
    ");
}

#[test]
fn operators_who_stand_in_read_whose_each_is_and_commands_name_another_tag_key() {
    let mut digest = digest(None);
    digest.matters.truncate(1);
    insta::assert_snapshot!(written(&digest, Language::English, "expires on"), @r#"
    [111122223333] 1 cluster will be deleted

    These Aurora clusters, for which nobody else could be told, in account 111122223333 are deleted when the time in their tag expires on has passed.


    Will be deleted unless you act
    ------------------------------

    * orders-dev (eu-west-1)
      Expires: Mon 23 Nov 2026, 00:30 CET (Sun 22 Nov 2026, 23:30 UTC)
      Deleted by the first run after: Mon 23 Nov 2026, 00:30 CET (Sun 22 Nov 2026, 23:30 UTC)
      Its data: kept for 30 days in a final snapshot
      Owner: ana
      To keep it longer:
        nightshift clusters extend orders-dev --until 2026-12-07 --region eu-west-1 --tag-key 'expires on'
      or with the AWS CLI:
        aws rds add-tags-to-resource --region eu-west-1 --resource-name arn:aws:rds:eu-west-1:111122223333:cluster:orders-dev --tags '[{"Key":"expires on","Value":"2026-12-07"}]'

    --
    cluster-cleanup of Nightshift in account 111122223333, Sat 21 Nov 2026, 03:00 CET (02:00 UTC).
    "#);
}

#[test]
fn everything_an_owner_is_asked_has_its_spanish_words() {
    let word = || "x".to_owned();
    for why in [
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
        Why::Stopped,
        Why::HalfDeleted { asked: at("2026-11-20T00:00:00Z"), until: word() },
        Why::KeyLost { status: word() },
        Why::DeletionProtection,
        Why::TagLimit { has: 49, needs: 2 },
    ] {
        assert!(why.is_for_its_owner(), "{why:?}");
        assert!(spanish::words(&why).is_some(), "{why:?}");
    }
}

#[test]
fn each_owner_gets_one_message_and_only_what_is_theirs() {
    let item = |owner: Option<&str>, address: Option<&str>, id: &str, action: usize| Item {
        owner: owner.map(str::to_owned),
        to: address
            .map(|address| Recipient {
                address: address.parse().unwrap(),
                because: Because::OwnerTag { key: "owner".to_owned() },
            })
            .into_iter()
            .collect(),
        matter: expiring(id, Data::Lost),
        action: Some(action),
    };
    let items = || {
        vec![
            item(Some("ana"), Some("ana@example.com"), "a", 0),
            item(Some("bob"), Some("bob@example.com"), "b", 1),
            item(Some("ana@example.com"), Some("ana@example.com"), "c", 2),
            item(Some("the team"), None, "d", 3),
            item(None, None, "e", 4),
        ]
    };
    let shown = |digests: Vec<Digest>| -> Vec<(Option<String>, Vec<String>, Vec<usize>)> {
        digests
            .into_iter()
            .map(|digest| (digest.owner, digest.to.iter().map(|to| to.address.to_string()).collect(), digest.actions))
            .collect()
    };
    let owner = |name: &str| Some(name.to_owned());
    assert_eq!(
        shown(digests(items(), true)),
        [
            (None, vec![], vec![3, 4]),
            (owner("ana"), vec!["ana@example.com".to_owned()], vec![0, 2]),
            (owner("bob"), vec!["bob@example.com".to_owned()], vec![1]),
        ]
    );
    assert_eq!(
        shown(digests(items(), false)),
        [
            (None, vec![], vec![4]),
            (owner("ana"), vec![], vec![0]),
            (owner("ana@example.com"), vec![], vec![2]),
            (owner("bob"), vec![], vec![1]),
            (owner("the team"), vec![], vec![3]),
        ]
    );
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

    Aurora clusters of ana in account 111122223333 are deleted when the time in their tag auto-delete-after has passed.


    Being deleted now
    -----------------

    * orders-dev (eu-west-1)
      Its data: NOT kept: nothing brings it back

    --
    You get this because these resources are tagged as owned by ana.
    cluster-cleanup of Nightshift in account 111122223333, Sat 21 Nov 2026, 03:00 CET (02:00 UTC).
    ");
    let copies = digest(vec![going("a-copy", Some("orders")), going("b-copy", Some("orders"))]);
    insta::assert_snapshot!(written(&copies, Language::Spanish, "auto-delete-after"), @"
    [111122223333] 2 clústeres se están eliminando

    Los clústeres de Aurora de ana en la cuenta 111122223333 se eliminan cuando pasa la hora de su etiqueta auto-delete-after.


    Se están eliminando ahora
    -------------------------

    * a-copy (eu-west-1)
      Sus datos: siguen en orders, del que era un clon

    * b-copy (eu-west-1)
      Sus datos: siguen en orders, del que era un clon

    --
    Recibe este mensaje porque estos recursos están etiquetados como propiedad de ana.
    cluster-cleanup de Nightshift en la cuenta 111122223333, sáb 21 nov 2026, 03:00 CET (02:00 UTC).
    ");
}
