"""`python -m refettorio_local.simulators.nodo`."""

from refettorio_chassis.clock import clock_from_environment
from refettorio_local.simulators.nodo.app import node
from refettorio_local.simulators.nodo.settings import Settings
from refettorio_local.simulators.settings import Environment
from refettorio_local.simulators.web import serve

if __name__ == "__main__":
    settings = Settings.read(Environment.of_process())
    serve(node(settings, clock_from_environment()), settings.listening)
