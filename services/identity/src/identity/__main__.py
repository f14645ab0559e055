"""python -m identity [api|relay]; python -m identity staff grant <FISCAL CODE> <role>…"""

from identity.wiring import NAME, build
from refettorio_chassis.process import main

main(build, name=NAME)
