"""`python -m refettorio_local.simulators.sms`."""

from refettorio_chassis.clock import clock_from_environment
from refettorio_local.simulators.settings import Environment
from refettorio_local.simulators.sms.app import message_centre
from refettorio_local.simulators.sms.settings import Settings
from refettorio_local.simulators.web import serve

if __name__ == "__main__":
    settings = Settings.read(Environment.of_process())
    serve(message_centre(settings, clock_from_environment()), settings.listening)
