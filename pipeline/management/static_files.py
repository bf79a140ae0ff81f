"""Static files under hashed names, collected only when they changed: that takes seconds."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from whitenoise.storage import CompressedManifestStaticFilesStorage

if TYPE_CHECKING:
    from pipeline.management.progress import Output

FINGERPRINT_FILE = ".fingerprint"


class ModuleStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Hashed names also where one of our JavaScript modules imports another.

    Otherwise the imported file keeps its plain name, and after an update a browser may run a new
    module with an old one from its cache. Django's own switch for it reads everybody's files, and
    stumbles over imports that stand in a comment.
    """

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("js/*.js", ((r'(?P<matched>from "(?P<url>\./[\w.]+)")', 'from "%(url)s"'),)),
    )


def collect_if_changed(out: "Output") -> None:
    """Bring STATIC_ROOT up to date; says nothing if there is nothing to do."""
    kept = Path(settings.STATIC_ROOT) / FINGERPRINT_FILE
    fingerprint = sources_fingerprint()
    if kept.exists() and kept.read_text(encoding="ascii") == fingerprint:
        return
    out.write("Collecting static files ...")
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    kept.write_text(fingerprint, encoding="ascii")


def sources_fingerprint() -> str:
    """One hash over the path, size and time of every static file of the product."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            state = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
    return digest.hexdigest()
