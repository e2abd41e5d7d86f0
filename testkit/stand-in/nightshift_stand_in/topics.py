"""SNS: reading back what was published."""

from moto.sns.models import sns_backends

from . import control, worlds


@control.control("sns")
def sns(world: worlds.World, region: str, body: dict) -> dict:
    control.only(body)
    fields = ("id", "message", "subject", "attributes", "group_id")
    topics = sns_backends[world.account][region].topics
    return {
        "topics": {
            arn: [dict(zip(fields, sent, strict=True)) for sent in topic.sent_notifications]
            for arn, topic in topics.items()
        }
    }
