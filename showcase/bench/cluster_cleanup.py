"""cluster-cleanup as one writes it first: list the clusters, read the tags of each, delete the expired with their
members. No plan, no guard, no second look, no report; it is here to be compared with, not to be used.
"""

import os
from datetime import datetime

import boto3

TAG = "auto-delete-after"

rds = boto3.client("rds")


def handler(_event, _context):
    now = datetime.fromisoformat(os.environ["NIGHTSHIFT_NOW"])
    deleted = 0
    for page in rds.get_paginator("describe_db_clusters").paginate():
        for cluster in page["DBClusters"]:
            if is_expired(cluster["DBClusterArn"], now):
                delete(cluster)
                deleted += 1
    return {"changed": deleted}


def is_expired(arn, now):
    for tag in rds.list_tags_for_resource(ResourceName=arn)["TagList"]:
        if tag["Key"] == TAG:
            return datetime.fromisoformat(tag["Value"]) < now
    return False


def delete(cluster):
    for member in cluster["DBClusterMembers"]:
        rds.delete_db_instance(DBInstanceIdentifier=member["DBInstanceIdentifier"], SkipFinalSnapshot=True)
    rds.delete_db_cluster(DBClusterIdentifier=cluster["DBClusterIdentifier"], SkipFinalSnapshot=True)
