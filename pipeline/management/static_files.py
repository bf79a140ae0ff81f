"""Collect static files only when they changed: hashing and compressing them takes seconds."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

FINGERPRINT_FILE = ".fingerprint"


def collect_if_changed() -> bool:
    """Bring STATIC_ROOT up to date; True if there was anything to do."""
    kept = Path(settings.STATIC_ROOT) / FINGERPRINT_FILE
    fingerprint = sources_fingerprint()
    if kept.exists() and kept.read_text(encoding="ascii") == fingerprint:
        return False
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    kept.write_text(fingerprint, encoding="ascii")
    return True


def sources_fingerprint() -> str:
    """One hash over the path, size and time of every static file of the product."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            state = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
    return digest.hexdigest()
