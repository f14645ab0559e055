"""What the environment tells this service: nothing beyond what it tells every service."""

from __future__ import annotations

from refettorio_chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Frozen, read once in `wiring`."""
