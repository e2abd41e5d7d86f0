#!/usr/bin/env python3
"""Makes a price file for NIGHTSHIFT_PRICES from AWS's public price list.

    curl -O https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonRDS/current/eu-west-1/index.json
    python3 scripts/price_list.py index.json > prices.json

One file a Region, any number of them. On-demand prices of Aurora instances and Serverless v2
capacity; what the list does not have is not in the file, and then unknown.
"""

import json
import sys

ENGINES = {"Aurora MySQL": "aurora-mysql", "Aurora PostgreSQL": "aurora-postgresql"}


def hourly(terms: dict, sku: str) -> tuple[str, float] | None:
    """Currency and price of the one on-demand dimension by the hour."""
    for term in terms.get("OnDemand", {}).get(sku, {}).values():
        for dimension in term["priceDimensions"].values():
            for currency, price in dimension["pricePerUnit"].items():
                return currency, float(price)
    return None


def add(regions: dict, product: dict, price: float) -> None:
    attributes = product["attributes"]
    engine = ENGINES[attributes["databaseEngine"]]
    usage = attributes.get("usagetype", "")
    rates = regions.setdefault(attributes["regionCode"], {}).setdefault(engine, {})
    if "IOOptimized" in usage:
        rates = rates.setdefault("io_optimized", {})
    if "Aurora:ServerlessV2" in usage:
        rates["acu_hour"] = price
    elif "InstanceUsage" in usage and "instanceType" in attributes:
        rates.setdefault("instances", {})[attributes["instanceType"]] = price


def prices(offers: list[dict]) -> dict:
    regions: dict = {}
    currencies = set()
    for offer in offers:
        for sku, product in offer["products"].items():
            if product.get("attributes", {}).get("databaseEngine") not in ENGINES:
                continue
            found = hourly(offer["terms"], sku)
            if found is not None:
                currencies.add(found[0])
                add(regions, product, found[1])
    if len(currencies) != 1:
        sys.exit(f"expected prices in one currency, found: {', '.join(sorted(currencies)) or 'none'}")
    as_of = max(offer.get("publicationDate", "") for offer in offers)
    return {"currency": currencies.pop(), "as_of": as_of[:10] or None, "regions": regions}


def main() -> None:
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    offers = []
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as file:
            offers.append(json.load(file))
    json.dump(prices(offers), sys.stdout, indent=1, sort_keys=True)
    print()


if __name__ == "__main__":
    main()
