"""The secret that RDS keeps a master password in.

moto takes its name from the machine's own randomness. All else that is named at
random follows `/moto-api/seed`; so does this, and a demo prints the same twice.
"""

from moto.moto_api._internal import mock_random
from moto.rds import models

models.uuid = mock_random
