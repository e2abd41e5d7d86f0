"""key-rotation as one writes it first: list the users and the keys of each; what is 90 days old is switched off and deleted,
then a new key is made, stored and announced. Nothing is proven, and whoever dies in between leaves somebody without a key;
it is here to be compared with, not to be used.
"""

import json
import os
from datetime import datetime, timedelta

import boto3

MAX_AGE = timedelta(days=90)

iam = boto3.client("iam")
secrets = boto3.client("secretsmanager")
ses = boto3.client("ses")


def handler(_event, _context):
    now = datetime.fromisoformat(os.environ["NIGHTSHIFT_NOW"])
    rotated = 0
    for page in iam.get_paginator("list_users").paginate(PaginationConfig={"PageSize": 1000}):
        for user in page["Users"]:
            for key in iam.list_access_keys(UserName=user["UserName"])["AccessKeyMetadata"]:
                if now - key["CreateDate"] >= MAX_AGE:
                    rotate(user["UserName"], key["AccessKeyId"])
                    rotated += 1
    return {"changed": rotated}


def rotate(user, old):
    iam.update_access_key(UserName=user, AccessKeyId=old, Status="Inactive")
    iam.delete_access_key(UserName=user, AccessKeyId=old)
    new = iam.create_access_key(UserName=user)["AccessKey"]
    value = {"AccessKey": new["AccessKeyId"], "SecretAccessKey": new["SecretAccessKey"]}
    secrets.create_secret(Name=f"/aws/iam/credentials/{user}", SecretString=json.dumps(value))
    announce(user)


def announce(user):
    tags = {tag["Key"]: tag["Value"] for tag in iam.list_user_tags(UserName=user)["Tags"]}
    ses.send_email(
        Source="nightshift@example.com",
        Destination={"ToAddresses": [tags["mail"]]},
        Message={"Subject": {"Data": "New access key"}, "Body": {"Text": {"Data": "It is in Secrets Manager."}}},
    )
