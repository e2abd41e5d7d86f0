"""Secrets Manager, as the Service Authorization Reference has it: the secret by its whole ARN, its tags, its own policy, the
dependent actions of a call, and what a request says of itself."""

import json
from contextvars import ContextVar

from ministack.core.responses import get_account_id
from ministack.services import secretsmanager

from .other import Other
from .question import Question

_ONE_VALUE = {
    "BlockPublicPolicy": "secretsmanager:BlockPublicPolicy",
    "ForceDeleteWithoutRecovery": "secretsmanager:ForceDeleteWithoutRecovery",
    "RotationLambdaARN": "secretsmanager:RotationLambdaARN",
    "VersionId": "secretsmanager:VersionId",
    "VersionStage": "secretsmanager:VersionStage",
}

# Where the secret of a call lies: what a request says of itself does not tell.
_region: ContextVar[str] = ContextVar("region", default="us-east-1")


class Secrets:
    name = "secretsmanager"

    def __init__(self, other: Other):
        self._other = other
        secretsmanager.secret_policy_for_arn = self._policy

    def questions(self, region: str, headers: dict, body: bytes) -> list[Question]:
        call = headers.get("x-amz-target", "").rpartition(".")[2]
        _region.set(region)
        request = json.loads(body or b"{}")
        secret = self._arn(region, request.get("SecretId") or request.get("Name") or "")
        asked = [Question(f"secretsmanager:{call}", secret)]
        if call == "CreateSecret" and request.get("Tags"):
            asked.append(Question("secretsmanager:TagResource", secret))
        if call == "CreateSecret" and request.get("AddReplicaRegions"):
            asked.append(Question("secretsmanager:ReplicateSecretToRegions", secret))
        if call == "RotateSecret" and request.get("RotationLambdaARN"):
            asked.append(Question("lambda:InvokeFunction", request["RotationLambdaARN"]))
        return asked

    def told(self, body: bytes, own: dict) -> dict:
        request = json.loads(body or b"{}")
        said = {
            key: str(request[name]).lower() if request[name] in (True, False) else request[name]
            for name, key in _ONE_VALUE.items()
            if request.get(name) is not None
        }
        regions = [replica["Region"] for replica in request.get("AddReplicaRegions") or []]
        if regions:
            said["secretsmanager:AddReplicaRegions"] = regions
        rotated_by = self._rotated_by(request.get("SecretId"))
        if rotated_by:
            said["secretsmanager:resource/AllowRotationLambdaArn"] = rotated_by
        return {**own, **said}

    def tags(self, arn: str) -> dict[str, str] | None:
        found = self._described(arn.split(":")[3], arn)
        return None if found is None else {tag["Key"]: tag["Value"] for tag in found.get("Tags") or []}

    def _arn(self, region: str, name: str) -> str:
        if name.startswith("arn:"):
            return name
        found = self._described(region, name)
        if found:
            return found["ARN"]
        return f"arn:aws:secretsmanager:{region}:{get_account_id()}:secret:{name}"

    def _described(self, region: str, name: str) -> dict | None:
        return self._other.json(
            "secretsmanager", "secretsmanager.DescribeSecret", region, SecretId=name
        )

    def _rotated_by(self, name: str | None) -> str | None:
        """The function that a secret names as its own."""
        found = self._described(_region.get(), name) if name else None
        return (found or {}).get("RotationLambdaARN")

    def _policy(self, arn: str) -> tuple[str, str] | None:
        answer = self._other.json(
            "secretsmanager", "secretsmanager.GetResourcePolicy", arn.split(":")[3], SecretId=arn
        )
        policy = (answer or {}).get("ResourcePolicy")
        return (policy, get_account_id()) if policy else None
