"""Settings of a test run: those of the product, on servers and files of its own that go when the run ends."""

import os
import tempfile

# Never the folder of an installation: it is deleted when the run ends. Each process of pytest-xdist has its
# own; children of a run find the run's.
OWN_VAR = "SETTE_TEST_VAR" + os.environ.get("PYTEST_XDIST_WORKER", "")
if OWN_VAR not in os.environ:
    os.environ[OWN_VAR] = tempfile.mkdtemp(prefix="sette-test-")
os.environ["SETTE_VAR"] = os.environ[OWN_VAR]
os.environ.setdefault("SETTE_SECRET_KEY", "only-for-tests")

from config.settings import *  # noqa: E402, F403 - they read where the folder is

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_AUTOREFRESH = True  # collected files are not there, and not needed
