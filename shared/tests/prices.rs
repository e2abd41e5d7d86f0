//! The price file: what the script makes of AWS's public price list, and what a cluster comes to by it.

use std::process::Command;

use nightshift::domains::clusters::price::Prices;
use serde_json::{Value, json};

/// One product of AWS's list.
fn product(sku: &str, engine: &str, usage: &str, class: Option<&str>) -> (String, Value) {
    let mut attributes = json!({"databaseEngine": engine, "regionCode": "eu-west-1", "usagetype": usage});
    if let Some(class) = class {
        attributes["instanceType"] = json!(class);
    }
    (sku.to_owned(), json!({"attributes": attributes}))
}

fn offer() -> Value {
    let products = [
        product("A", "Aurora PostgreSQL", "EU-InstanceUsage:db.r6g.large", Some("db.r6g.large")),
        product("B", "Aurora PostgreSQL", "EU-InstanceUsageIOOptimized:db.r6g.large", Some("db.r6g.large")),
        product("C", "Aurora PostgreSQL", "EU-Aurora:ServerlessV2Usage", None),
        product("D", "Aurora PostgreSQL", "EU-Aurora:ServerlessV2IOOptimizedUsage", None),
        product("E", "Oracle", "EU-InstanceUsage:db.r6g.large", Some("db.r6g.large")),
        product("F", "Aurora MySQL", "EU-Aurora:StorageUsage", None),
    ];
    let price = |(sku, price): (&str, &str)| {
        let dimension = json!({"unit": "Hrs", "pricePerUnit": {"USD": price}});
        (sku.to_owned(), json!({"term": {"priceDimensions": {"dimension": dimension}}}))
    };
    let prices = [("A", "0.313"), ("B", "0.407"), ("C", "0.14"), ("D", "0.182"), ("E", "9"), ("F", "0.11")].map(price);
    json!({
        "publicationDate": "2026-11-01T12:00:00Z",
        "products": products.into_iter().collect::<serde_json::Map<_, _>>(),
        "terms": {"OnDemand": prices.into_iter().collect::<serde_json::Map<_, _>>()},
    })
}

#[test]
fn the_script_makes_a_file_that_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("index.json");
    std::fs::write(&list, offer().to_string()).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../scripts/price_list.py");
    let made = Command::new("python3").arg(script).arg(&list).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let made = String::from_utf8(made.stdout).unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(&made).unwrap(),
        json!({
            "currency": "USD",
            "as_of": "2026-11-01",
            "regions": {"eu-west-1": {
                "aurora-mysql": {},
                "aurora-postgresql": {
                    "acu_hour": 0.14,
                    "instances": {"db.r6g.large": 0.313},
                    "io_optimized": {"acu_hour": 0.182, "instances": {"db.r6g.large": 0.407}},
                },
            }},
        })
    );
    assert!(Prices::parse(&made).is_ok());
}
