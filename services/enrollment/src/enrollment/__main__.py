"""python -m enrollment [api|consumer|relay]."""

from enrollment.wiring import NAME, build
from refettorio_chassis.process import main

main(build, name=NAME)
