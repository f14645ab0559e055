"""python -m attendance [api|consumer|relay]."""

from attendance.wiring import NAME, build
from refettorio_chassis.process import main

main(build, name=NAME)
