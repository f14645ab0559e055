"""`python -m refettorio_local.simulators.home`."""

from refettorio_local.simulators.home.app import Settings, home
from refettorio_local.simulators.settings import Environment
from refettorio_local.simulators.web import serve

if __name__ == "__main__":
    settings = Settings.read(Environment.of_process())
    serve(home(settings), settings.listening)
