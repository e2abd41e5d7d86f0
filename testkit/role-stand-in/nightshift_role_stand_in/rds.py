"""RDS, as the Service Authorization Reference has it: required resources and dependent actions of each call."""

import re

from ministack.core.responses import get_account_id

from .other import Other, form, tags, texts
from .question import Question

_TAG = re.compile(r"Tags\.(?:Tag|member)\.\d+\.Key")
_TAG_KEY = re.compile(r"TagKeys\.member\.\d+")
_VERSION = "2014-10-31"


class Rds:
    name = "rds"

    def __init__(self, other: Other):
        self._other = other

    def questions(self, region: str, headers: dict, body: bytes) -> list[Question]:
        parameters = form(body)
        call = parameters["Action"]

        def about(action: str, resource: str) -> Question:
            return Question(f"rds:{action}", resource)

        def arn(kind: str, name: str) -> str:
            return f"arn:aws:rds:{region}:{get_account_id()}:{kind}:{parameters[name]}"

        if call in ("AddTagsToResource", "RemoveTagsFromResource", "ListTagsForResource"):
            return [about(call, parameters["ResourceName"])]
        if call in ("ModifyDBCluster", "StartDBCluster"):
            return [about(call, arn("cluster", "DBClusterIdentifier"))]
        if call == "DeleteDBInstance":
            return [about(call, arn("db", "DBInstanceIdentifier"))]
        if call == "DeleteDBClusterSnapshot":
            return [about(call, arn("cluster-snapshot", "DBClusterSnapshotIdentifier"))]
        if call == "DeleteDBCluster":
            cluster = arn("cluster", "DBClusterIdentifier")
            asked = [about(call, cluster)]
            if "FinalDBSnapshotIdentifier" in parameters:
                snapshot = arn("cluster-snapshot", "FinalDBSnapshotIdentifier")
                asked += [
                    about(call, snapshot),
                    about("CreateDBClusterSnapshot", cluster),
                    about("CreateDBClusterSnapshot", snapshot),
                ]
                if self._copies_tags(region, parameters["DBClusterIdentifier"]):
                    asked.append(about("AddTagsToResource", snapshot))
            return asked
        return [about(call, "*")]

    def told(self, body: bytes, own: dict) -> dict:
        keys = [
            value
            for name, value in form(body).items()
            if _TAG.fullmatch(name) or _TAG_KEY.fullmatch(name)
        ]
        return {"aws:TagKeys": keys} if keys else {}

    def tags(self, arn: str) -> dict[str, str] | None:
        region = arn.split(":")[3]
        parameters = {"Action": "ListTagsForResource", "ResourceName": arn}
        return tags(self._other.query("rds", _VERSION, region, **parameters))

    def _copies_tags(self, region: str, cluster: str) -> bool:
        parameters = {"Action": "DescribeDBClusters", "DBClusterIdentifier": cluster}
        answer = self._other.query("rds", _VERSION, region, **parameters)
        return "true" in texts(answer, "CopyTagsToSnapshot")
