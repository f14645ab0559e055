"""Identity as the integration tests run it."""

from tests.integration.identity.conftest import site

__all__ = ["site"]
