"""Settings of a test run: those of the product, on servers and files of its own that go when the run ends."""

import os
import tempfile

os.environ.setdefault("SETTE_VAR", tempfile.mkdtemp(prefix="sette-test-"))
os.environ.setdefault("SETTE_SECRET_KEY", "only-for-tests")

from config.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_AUTOREFRESH = True  # collected files are not there, and not needed
