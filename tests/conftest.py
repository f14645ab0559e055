"""The whole suite shares one embedded platform per session (tests/support/platform.py)."""

pytest_plugins = ["tests.support.platform"]
