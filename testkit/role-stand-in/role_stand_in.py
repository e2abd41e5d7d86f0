#!/usr/bin/env python3
"""Start the role stand-in: `python role_stand_in.py --other URL`; see README.md."""

from nightshift_role_stand_in.server import main

if __name__ == "__main__":
    main()
