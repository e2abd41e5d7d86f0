"""A job in every account of an organisation as one writes it first: one account after the other, one Region after the other, the tags of
each cluster by a call of their own. It plans only, keeps no record, and the first account that lets nobody in ends it; it is here to be
compared with. Arguments: the role in each account, and the Regions.
"""

import json
import sys

import boto3


def main() -> None:
    role, regions = sys.argv[1], sys.argv[2:]
    organizations, sts = boto3.client("organizations"), boto3.client("sts")
    management = organizations.describe_organization()["Organization"]["MasterAccountId"]
    accounts = [
        account["Id"]
        for page in organizations.get_paginator("list_accounts").paginate()
        for account in page["Accounts"]
        if account["Status"] == "ACTIVE" and account["Id"] != management
    ]
    found = 0
    for account in accounts:
        arn = f"arn:aws:iam::{account}:role/{role}"
        given = sts.assume_role(RoleArn=arn, RoleSessionName="bench")["Credentials"]
        session = boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
        for region in regions:
            found += expiring(session.client("rds", region_name=region))
    print(json.dumps({"accounts": len(accounts), "expiring": found}))


def expiring(rds) -> int:
    found = 0
    for page in rds.get_paginator("describe_db_clusters").paginate():
        for cluster in page["DBClusters"]:
            tags = rds.list_tags_for_resource(ResourceName=cluster["DBClusterArn"])["TagList"]
            found += any(tag["Key"] == "auto-delete-after" for tag in tags)
    return found


if __name__ == "__main__":
    main()
