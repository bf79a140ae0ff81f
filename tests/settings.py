"""The product's own settings, in a data folder that lives as long as the test process.

The folder is named before the product's settings are read, so that neither a test nor
pytest-django can touch real data; every xdist process makes its own.
"""

import os

from tests.data_folder import data_folder

os.environ["MEDREASON_DATA_DIR"] = str(data_folder())
for name in ("MEDREASON_PRODUCTION", "MEDREASON_BEHIND_PROXY", "MEDREASON_DEBUG", "SCRIPT_NAME"):
    os.environ.pop(name, None)

from medreason_web.settings import *  # noqa: E402, F403
from medreason_web.settings import CACHES, DATA_DIR, DATABASES, STATIC_ROOT, STORAGES  # noqa: E402

# A file, not SQLite's memory: threads and processes meet the same locks as in the product.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}

# One Redis serves all test processes, and each clears its cache: its database is its own.
CACHES["default"] = {
    "BACKEND": "django.core.cache.backends.db.DatabaseCache",
    "LOCATION": "medreason_cache",
}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STATIC_ROOT.mkdir()  # whitenoise warns of a folder that is not there
