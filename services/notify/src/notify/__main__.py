"""`python -m notify [api|consumer|relay|sender …]`."""

from __future__ import annotations

from notify.wiring import NAME, build
from refettorio_chassis.process import main

if __name__ == "__main__":
    main(build, name=NAME)
