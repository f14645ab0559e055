"""`python -m refettorio_local.simulators.idp`."""

from refettorio_chassis.clock import clock_from_environment
from refettorio_local.simulators.idp.app import identity_provider
from refettorio_local.simulators.idp.settings import Settings
from refettorio_local.simulators.settings import Environment
from refettorio_local.simulators.web import serve

if __name__ == "__main__":
    settings = Settings.read(Environment.of_process())
    serve(identity_provider(settings, clock_from_environment()), settings.listening)
