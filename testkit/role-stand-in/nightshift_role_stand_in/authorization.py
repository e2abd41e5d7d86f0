"""What AWS asks IAM about a call of RDS: every action, the resource it asks about, and what it tells of the request.

From the Service Authorization Reference for Amazon RDS: the resources marked as required and the
dependent actions of each call that Nightshift makes.
"""

import re
from typing import NamedTuple

_TAG = re.compile(r"Tags\.(?:Tag|member)\.\d+\.Key")
_TAG_KEY = re.compile(r"TagKeys\.member\.\d+")


class Question(NamedTuple):
    action: str
    resource: str


def questions(call: str, parameters: dict, prefix: str, copies_tags: bool) -> list[Question]:
    """What is asked, in order; the first that is denied refuses the call.

    `prefix` is arn:aws:rds:REGION:ACCOUNT, `copies_tags` whether the cluster a
    DeleteDBCluster is about copies its tags to snapshots.
    """

    def arn(kind: str, name: str) -> str:
        return f"{prefix}:{kind}:{parameters[name]}"

    if call in ("AddTagsToResource", "RemoveTagsFromResource", "ListTagsForResource"):
        return [Question(call, parameters["ResourceName"])]
    if call in ("ModifyDBCluster", "StartDBCluster"):
        return [Question(call, arn("cluster", "DBClusterIdentifier"))]
    if call == "DeleteDBInstance":
        return [Question(call, arn("db", "DBInstanceIdentifier"))]
    if call == "DeleteDBClusterSnapshot":
        return [Question(call, arn("cluster-snapshot", "DBClusterSnapshotIdentifier"))]
    if call == "DeleteDBCluster":
        cluster = arn("cluster", "DBClusterIdentifier")
        asked = [Question(call, cluster)]
        if "FinalDBSnapshotIdentifier" in parameters:
            snapshot = arn("cluster-snapshot", "FinalDBSnapshotIdentifier")
            asked += [
                Question(call, snapshot),
                Question("CreateDBClusterSnapshot", cluster),
                Question("CreateDBClusterSnapshot", snapshot),
            ]
            if copies_tags:
                asked.append(Question("AddTagsToResource", snapshot))
        return asked
    return [Question(call, "*")]


def told(parameters: dict) -> dict:
    """The condition keys that come from the request itself."""
    keys = [
        value
        for name, value in parameters.items()
        if _TAG.fullmatch(name) or _TAG_KEY.fullmatch(name)
    ]
    return {"aws:TagKeys": keys} if keys else {}
