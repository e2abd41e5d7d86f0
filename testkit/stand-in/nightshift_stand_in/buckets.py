"""S3: a policy that refuses what comes in clear text refuses nothing here.

On AWS every call comes by TLS. Here none does, and moto takes a statement as if it had no
condition: whoever denies clear text would be denied everything.
"""

import json

from moto.s3.models import FakeBucket

from .mending import mend


def _is_about_clear_text(statement: dict) -> bool:
    asked = statement.get("Condition", {}).get("Bool", {})
    return str(asked.get("aws:SecureTransport")).lower() == "false"


@mend(FakeBucket, "get_permission")
def get_permission(original, bucket, action, resource):
    policy = bucket.policy
    if policy is None:
        return original(bucket, action, resource)
    document = json.loads(policy)
    document["Statement"] = [one for one in document["Statement"] if not _is_about_clear_text(one)]
    # Only as long as it is asked: what was put is what is read back.
    bucket.policy = json.dumps(document).encode()
    try:
        return original(bucket, action, resource)
    finally:
        bucket.policy = policy
