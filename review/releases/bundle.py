"""A release's bundle: its files rebuilt from the frozen lines, checked, and packed into a ZIP."""

import gzip
import hashlib
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from django.db.models import Count, F, QuerySet

from pipeline.core.errors import Refusal
from review.exports.bundle import MANIFEST_NAME, Bundle, FrozenLine, manifest_text, write_bundle
from review.exports.earlier_tables import TABLES_OF_VERSION
from review.models import Release, ReleasedTrace
from review.releases.line_file import LineFile

CHUNK_SIZE = 200
FILES = ("files", "lacks")
# ZIP knows no time before this; the same release packs to the same entries at any time.
EPOCH = (1980, 1, 1, 0, 0, 0)


def build_bundle(
    folder: Path, *, lines: LineFile, facts: dict[str, Any], others: Mapping[str, bytes]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Build a release's bundle for the first time, into an empty folder.

    `others`: its files that are not built from lines. Returns its manifest, with the sha256 of
    every file, and the texts of card and metadata.
    """
    facts = {**facts, "built_with": built_with()}
    bundle = write_bundle(
        folder, lines=lines.frozen(), alternatives=lines.alternatives(), facts=facts, others=others
    )
    return bundle.manifest(facts), dict(bundle.texts)


def write_checked(release: Release, folder: Path) -> None:
    """Rebuild the bundle into an empty folder and compare every file with what was frozen.

    Raises Refusal where there is no bundle, none that this version can build, or one that
    differs from what was frozen: nothing is left in the folder.
    """
    if release.manifest.get("bundle_version") not in TABLES_OF_VERSION:
        raise Refusal(
            f"{release} was frozen before this kind of bundle existed: it has only its lines."
        )
    facts = {key: value for key, value in release.manifest.items() if key not in FILES}
    rebuilt = _rebuild(release, folder, facts).manifest(facts)
    differing = _differing(release.manifest["files"], rebuilt["files"])
    if differing:
        _empty(folder)
        raise Refusal(_why(release, differing))


def manifest_sha256(release: Release) -> str:
    """The sha256 of the bundle's manifest.json, which names the sha256 of every other file."""
    return hashlib.sha256(manifest_text(release.manifest).encode()).hexdigest()


def pack(folder: Path, *, name: str, files: Iterable[str], target: IO[bytes]) -> None:
    """Pack a bundle's files and its manifest into one ZIP, under a folder of this name.

    In the order of their names: a database keeps none.
    """
    with zipfile.ZipFile(target, "w") as archive:
        for file in (*sorted(files), MANIFEST_NAME):
            _pack(archive, f"{name}/{file}", folder / file)


def pack_checked(release: Release, target: IO[bytes]) -> None:
    """Rebuild the bundle, compare it with what was frozen, and pack it.

    Raises Refusal like `write_checked`; then nothing is written.
    """
    with tempfile.TemporaryDirectory(prefix="medreason-") as folder:
        write_checked(release, Path(folder))
        files = release.manifest["files"]
        pack(Path(folder), name=release.name, files=files, target=target)


def built_with() -> dict[str, str]:
    """Versions of the libraries on which the files' bytes depend."""
    import pyarrow

    return {"pyarrow": pyarrow.__version__}


def _rebuild(release: Release, folder: Path, facts: dict[str, Any]) -> Bundle:
    return write_bundle(
        folder,
        lines=_frozen(release.lines.order_by("position")),
        alternatives=_frozen(_alternatives(release)),
        facts=facts,
        texts=release.texts,
        others=_others(release),
        version=facts["bundle_version"],
    )


def _others(release: Release) -> dict[str, bytes]:
    """The files that are not built from lines, as they were frozen."""
    files = release.frozen_files.order_by("name").values_list("name", "content")
    return {name: gzip.decompress(content) for name, content in files.iterator()}


def _empty(folder: Path) -> None:
    for left in folder.iterdir():
        if left.is_dir():
            shutil.rmtree(left)
        else:
            left.unlink()


def _alternatives(release: Release) -> QuerySet[ReleasedTrace]:
    """Lines of questions that have several, question by question."""
    asked = release.lines.order_by().values("trace__question")
    several = asked.annotate(lines=Count("pk")).filter(lines__gt=1)
    return release.lines.filter(trace__question__in=several.values("trace__question")).order_by(
        "trace__question_id", "position"
    )


def _frozen(rows: QuerySet[ReleasedTrace]) -> Iterator[FrozenLine]:
    lines = rows.annotate(question=F("trace__question_id"))
    for question, left_out, line in lines.values_list("question", "left_out", "line").iterator(
        chunk_size=CHUNK_SIZE
    ):
        yield FrozenLine(question, not left_out, line)


def _differing(frozen: dict[str, Any], rebuilt: dict[str, Any]) -> list[str]:
    names = frozen.keys() | rebuilt.keys()
    return sorted(name for name in names if frozen.get(name) != rebuilt.get(name))


def _why(release: Release, differing: list[str]) -> str:
    then, now = release.manifest["built_with"], built_with()
    versions = ", ".join(
        f"{name} {then[name]} then, {now[name]} now" for name in then if then[name] != now[name]
    )
    return f"Not as frozen: {', '.join(differing)}" + (f" ({versions})." if versions else ".")


def _pack(target: zipfile.ZipFile, name: str, path: Path) -> None:
    entry = zipfile.ZipInfo(name, date_time=EPOCH)
    entry.create_system, entry.external_attr = 3, 0o644 << 16
    # Parquet is compressed already.
    entry.compress_type = zipfile.ZIP_STORED if path.suffix == ".parquet" else zipfile.ZIP_DEFLATED
    with path.open("rb") as source, target.open(entry, "w", force_zip64=True) as sink:
        shutil.copyfileobj(source, sink)
