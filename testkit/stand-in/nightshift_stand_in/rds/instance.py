"""Instances made with what AWS gives them and moto forgets."""

import random
import string

from moto.rds.models import DBInstance, RDSBackend
from moto.rds.responses import RDSResponse
from moto.rds.utils import DbInstanceEngine

from ..mending import mend
from . import account, cluster, faults, lifecycle, tags

DbInstanceEngine.valid_db_instance_engine = classmethod(
    lambda cls: sorted([*(engine.value for engine in cls), "docdb"])
)
_port = DBInstance.default_port
DBInstance.default_port = staticmethod(lambda engine: 27017 if engine == "docdb" else _port(engine))


def _resource_id() -> str:
    return "db-" + "".join(random.choices(string.ascii_uppercase + string.digits, k=26))


def _inherit_subnet_group(backend: RDSBackend, instance) -> None:
    """A member lies in the subnet group of its cluster, named there and not here."""
    name = instance.cluster.db_subnet_group_name
    known = backend.subnet_groups.get(name)
    instance.db_subnet_group = known or {"DBSubnetGroupName": name}


@mend(RDSBackend, "create_db_instance")
def create_db_instance(original, backend, settings):
    cluster_identifier = settings.get("db_cluster_identifier")
    if cluster_identifier is not None:
        parent = cluster.require(backend, cluster_identifier)
        if parent.status != "available":
            raise faults.cluster_in_state(parent, "available")
    tags.check(settings.get("tags"))
    account.check(backend, "DBInstances")
    instance = original(backend, settings)
    instance.dbi_resource_id = _resource_id()
    instance.publicly_accessible = bool(instance.publicly_accessible)
    if cluster_identifier is not None:
        instance.port = parent.port
        if not settings.get("db_subnet_group_name"):
            _inherit_subnet_group(backend, instance)
    lifecycle.change(instance, "creating")
    return instance


@mend(RDSResponse, "create_db_instance")
def create_db_instance_reply(original, response):
    return lifecycle.creating_reply("DBInstance", original(response)._result["DBInstance"])
