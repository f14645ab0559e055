"""`python -m ledger [api|consumer|relay|settler …]`, `python -m ledger verify`, `python -m ledger set-aside …`."""

from ledger.wiring import NAME, build
from refettorio_chassis.process import main

if __name__ == "__main__":
    main(build, name=NAME)
