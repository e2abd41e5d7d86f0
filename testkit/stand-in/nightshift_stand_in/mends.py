"""Every module that changes moto or adds control calls, imported for that effect."""

from .quick_calls import answer_quickly
from .quick_start import load_moto

load_moto()  # before the rest, which imports the slow parts of moto
answer_quickly()

# ruff: noqa: E402, F401
from . import (
    buckets,
    functions,
    iam,
    mail,
    organizations,
    redrive,
    scheduler,
    secrets_manager,
    sessions,
    step_functions,
    topics,
    unknown_calls,
)
from .rds import (
    account,
    cluster,
    delete,
    describe,
    instance,
    lifecycle,
    neighbours,
    restore,
    secret,
    seed,
    snapshot,
    tags,
)
