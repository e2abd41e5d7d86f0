"""Load moto without what makes it slow to start, since tests start it often.

RDS needs moto's EC2, which reads a catalogue of machine types and opens three
boto3 sessions while being imported. Neither is of use here: the catalogue is
left empty, and one session serves all three.
"""

import functools
import importlib
from unittest import mock

import boto3
import moto.utilities.utils


def _load_resource(original, name: str):
    return {} if name.startswith("ec2/resources/instance_type") else original(name)


def load_moto() -> None:
    one_session = functools.cache(boto3.Session)
    load = functools.partial(_load_resource, moto.utilities.utils.load_resource)
    with (
        mock.patch("boto3.Session", one_session),
        mock.patch("moto.utilities.utils.load_resource", load),
    ):
        importlib.import_module("moto.ec2.models")
