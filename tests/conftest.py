"""The whole suite shares one embedded platform per session (tests/support/platform.py).

Property tests play the same examples at every run; `HYPOTHESIS_PROFILE=explore` looks for new ones.
"""

import os

from hypothesis import settings

pytest_plugins = ["tests.support.platform"]

settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))
