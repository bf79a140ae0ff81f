"""Files that a person looks at before loading them: private, and gone within the hour.

Each lies in a folder of its own in the data folder, below its owner's number and a token that
nobody can guess. Only this program's user may read it, and no address serves it.
"""

import os
import secrets
import shutil
import time
from pathlib import Path
from typing import BinaryIO, Final

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import SuspiciousFileOperation
from django.utils.text import get_valid_filename

KEPT_SECONDS: Final = 3600
MAX_OF_ONE_OWNER: Final = 5
MAX_NAME_LENGTH: Final = 80


def keep_upload(file: BinaryIO, name: str, *, owner: User) -> str:
    """Keep a copy for its owner, and return its token. The owner's oldest copies make room."""
    remove_expired()
    own = _folder_of(owner)
    own.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in sorted(own.iterdir(), key=_kept_since)[: -MAX_OF_ONE_OWNER + 1 or None]:
        shutil.rmtree(old, ignore_errors=True)
    token = secrets.token_hex(16)
    (own / token).mkdir(mode=0o700)
    path = own / token / _safe_name(name)
    file.seek(0)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as copy:
        shutil.copyfileobj(file, copy)
    return token


def upload_of(owner: User, token: str) -> Path | None:
    """The owner's file of this token, under the name that it came with; None once it is gone."""
    place = _folder_of(owner) / token
    if not place.is_dir() or _is_expired(place):
        return None
    return next(place.iterdir(), None)


def remove_upload(path: Path) -> None:
    """Remove a file that was loaded, before its hour is over."""
    shutil.rmtree(path.parent, ignore_errors=True)


def remove_expired() -> None:
    """Remove every file whose hour is over, whosever it is: one round of the reaper."""
    for place in settings.UPLOAD_DIR.glob("*/*"):
        if _is_expired(place):
            shutil.rmtree(place, ignore_errors=True)


def _folder_of(owner: User) -> Path:
    folder: Path = settings.UPLOAD_DIR / str(owner.pk)
    return folder


def _kept_since(place: Path) -> float:
    try:
        return place.stat().st_mtime
    except OSError:  # removed since it was listed
        return 0


def _is_expired(place: Path) -> bool:
    return time.time() - _kept_since(place) > KEPT_SECONDS


def _safe_name(name: str) -> str:
    """A name without signs that mean something in a path; its end says what kind of file it is."""
    try:
        return get_valid_filename(name)[-MAX_NAME_LENGTH:]
    except SuspiciousFileOperation:
        return "upload"
