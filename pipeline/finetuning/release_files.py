"""The files of a release's bundle, a folder or a ZIP: nothing is read that is not as frozen.

Names, checksums and who wrote the traces come from the bundle's manifest (docs/release.md).
"""

import hashlib
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from .refused import Refused

MANIFEST = "manifest.json"
# Earlier bundles have no splits and no rows of prompt and completion.
MIN_BUNDLE_VERSION = 3

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ReleaseFiles:
    """A bundle that may be trained on. `sha256` is that of its manifest as it lies there."""

    path: Path
    manifest: Mapping[str, Any]
    sha256: str

    @property
    def name(self) -> str:
        return str(self.manifest["release"])

    def file_name(self, table: str, split: str) -> str | None:
        """The file with the rows of a split; None where no row is in that split.

        Raises Refused for a table that the release lacks, with the reason.
        """
        if table in self.manifest["lacks"]:
            raise Refused(
                f"{self.name} has no rows for this: {table}: {self.manifest['lacks'][table]}."
            )
        name = f"data/{table}/{split}.jsonl"
        return name if name in self.manifest["files"] else None

    def file_sha256(self, name: str) -> str:
        """The checksum that the manifest records."""
        return str(self.manifest["files"][name]["sha256"])

    def rows(self, table: str, split: str) -> list[Row]:
        """The rows of a split, in their frozen order. Raises Refused for a file that differs."""
        name = self.file_name(table, split)
        if name is None:
            return []
        content = self.content(name)
        rows = [json.loads(line) for line in content.splitlines() if line]
        recorded = self.manifest["files"][name]["rows"]
        if len(rows) != recorded:
            raise Refused(f"{name} has {len(rows):,} rows, and the manifest says {recorded:,}.")
        return rows

    def content(self, name: str) -> bytes:
        """A file of the bundle. Raises Refused for one that is missing or not as frozen."""
        try:
            content = _read(self.path, name)
        except KeyError as error:
            raise Refused(f"{self.path} lacks {name}, which its manifest lists.") from error
        wanted = self.sha256 if name == MANIFEST else self.file_sha256(name)
        if hashlib.sha256(content).hexdigest() != wanted:
            raise Refused(f"{name} is not as it was frozen: its sha256 is not the manifest's.")
        return content


def open_release(path: Path) -> ReleaseFiles:
    """The bundle in this folder or ZIP. Raises Refused for what is none or may not be trained on.

    Whether a release was withdrawn since its bundle was written, no bundle can know.
    """
    try:
        content = _read(path, MANIFEST)
        manifest = json.loads(content)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise Refused(
            f"{path} is no release: a folder or ZIP with a {MANIFEST} is wanted."
        ) from error
    _check(manifest, path)
    return ReleaseFiles(path, manifest, hashlib.sha256(content).hexdigest())


def _check(manifest: Any, path: Path) -> None:
    wanted = ("release", "reasoner_kind", "bundle_version", "files", "lacks")
    if not isinstance(manifest, dict) or not all(key in manifest for key in wanted):
        raise Refused(f"The {MANIFEST} in {path} is not that of a release's bundle.")
    if manifest["reasoner_kind"] == "demonstration":
        raise Refused(
            f"{manifest['release']} was written by demonstration rules: it is no training data."
        )
    if manifest["bundle_version"] < MIN_BUNDLE_VERSION:
        raise Refused(
            f"{manifest['release']} is a bundle of version {manifest['bundle_version']}, whose "
            "rows have no splits: make a new release of the same batches."
        )


def _read(path: Path, name: str) -> bytes:
    """A file of the bundle; KeyError where it is missing. A ZIP has one folder around all."""
    if path.is_dir():
        file = path / name
        if not file.is_file():
            raise KeyError(name)
        return file.read_bytes()
    with zipfile.ZipFile(path) as archive:
        for entry in archive.namelist():
            if PurePosixPath(*PurePosixPath(entry).parts[1:]) == PurePosixPath(name):
                return archive.read(entry)
    raise KeyError(name)
