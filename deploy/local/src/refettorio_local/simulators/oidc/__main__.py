"""`python -m refettorio_local.simulators.oidc`."""

from refettorio_chassis.clock import clock_from_environment
from refettorio_local.simulators.oidc.app import openid_federation
from refettorio_local.simulators.oidc.settings import Settings
from refettorio_local.simulators.settings import Environment
from refettorio_local.simulators.web import serve

if __name__ == "__main__":
    settings = Settings.read(Environment.of_process())
    serve(openid_federation(settings, clock_from_environment()), settings.listening)
