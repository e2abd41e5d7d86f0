#!/usr/bin/env python3
"""Start the AWS stand-in: `python stand_in.py --port 0`; see README.md."""

from nightshift_stand_in import mends  # noqa: F401  (imported for its effect on moto)
from nightshift_stand_in.server import main

if __name__ == "__main__":
    main()
