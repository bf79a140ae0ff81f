"""ZIP files: the bundle of each frozen release as one file in the data folder.

Written once and handed out as it is. A ZIP that is missing or differs from its record is packed
again from what was frozen, and every file is compared.
"""

import hashlib
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from pipeline.core.errors import Refusal
from pipeline.db.leases import leased_rows
from review.models import Release
from review.releases.bundle import pack, write_checked
from review.releases.lease import TO_PACK, release_lease

# Files whose sums were compared since this process began, by path, size, time and sum.
_checked: set[tuple[str, int, int, str]] = set()


@dataclass(frozen=True, slots=True)
class Packed:
    """A ZIP written aside; `put` makes it the release's ZIP. Size in bytes."""

    aside: Path
    target: Path
    sha256: str
    size: int

    def put(self) -> None:
        """Replace the release's ZIP, in one step."""
        self.aside.replace(self.target)


def whole_zip(release: Release) -> Path | None:
    """The release's ZIP, if it is as recorded; else None.

    The size is compared each time, the sum once a process.
    """
    path = _path(release)
    if not release.archive_sha256 or not path.is_file():
        return None
    about = path.stat()
    known = (str(path), about.st_size, about.st_mtime_ns, release.archive_sha256)
    if known not in _checked:
        if about.st_size != release.archive_size or _sum(path) != release.archive_sha256:
            return None
        _checked.add(known)
    return path


def lacks_zip(release: Release) -> bool:
    """Whether the ZIP of a frozen release, packed once, is gone or has another size.

    Quick, for lists: `whole_zip` also compares the sum.
    """
    if not release.archive_sha256:
        return False
    path = _path(release)
    return not path.is_file() or path.stat().st_size != release.archive_size


def is_awaited(release: Release) -> bool:
    """Whether the ZIP of a frozen release is to be packed, or being packed."""
    frozen = release.state == Release.State.FROZEN and bool(release.manifest.get("files"))
    return frozen and not release.archive_sha256 and not release.failed_reason


def ask_for_zip(release: Release) -> None:
    """Have the ZIP packed again: the caller enqueues it on commit."""
    frozen = Release.objects.filter(pk=release.pk, state=Release.State.FROZEN)
    frozen.update(archive_sha256="", archive_size=0, failed_reason="")


def repack(release: Release) -> None:
    """Pack the ZIP of a frozen release again, unless another worker is at it.

    Nothing that differs from what was frozen is packed: the release then says why.
    """
    with release_lease(release, TO_PACK) as leased:
        if not leased:
            return
        try:
            with folder_aside(release) as folder:
                write_checked(release, folder)
                packed = pack_aside(release, folder, files=release.manifest["files"])
        except (Refusal, OSError) as error:
            leased_rows(release).update(failed_reason=str(error))
            return
        packed.put()
        leased_rows(release).update(archive_sha256=packed.sha256, archive_size=packed.size)


@contextmanager
def folder_aside(release: Release) -> Iterator[Path]:
    """An empty folder beside the ZIP's final path, in which whoever leased the release builds it.

    Removes what a dead worker left there. Not among the system's temporary files, where nobody
    would ever look for that.
    """
    target = _path(release)
    target.parent.mkdir(parents=True, exist_ok=True)
    for left in target.parent.glob(f"{release.pk}.*.part"):
        left.unlink(missing_ok=True)
    for left in target.parent.glob(f"{release.pk}.*.files"):
        shutil.rmtree(left, ignore_errors=True)
    folder = target.with_name(f"{release.pk}.{release.lease_token}.files")
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def pack_aside(release: Release, folder: Path, *, files: Iterable[str]) -> Packed:
    """Pack a bundle that was built in this folder, beside the ZIP's final path."""
    target = _path(release)
    aside = target.with_name(f"{release.pk}.{release.lease_token}.part")
    try:
        with aside.open("xb") as file:
            pack(folder, name=release.name, files=files, target=file)
        return Packed(aside, target, _sum(aside), aside.stat().st_size)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def _path(release: Release) -> Path:
    return Path(settings.RELEASE_DIR) / f"{release.pk}.zip"


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
