"""`python -m refettorio_local.simulators.mail`."""

from refettorio_chassis.clock import clock_from_environment
from refettorio_local.simulators.mail.app import mail_server
from refettorio_local.simulators.mail.settings import Settings
from refettorio_local.simulators.settings import Environment
from refettorio_local.simulators.web import serve

if __name__ == "__main__":
    settings = Settings.read(Environment.of_process())
    serve(mail_server(settings, clock_from_environment()), settings.listening)
