"""Build the archive of a study: its files by name, as a folder or as one ZIP."""

import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from pipeline.core.errors import Refusal
from pipeline.db.snapshot import read_snapshot
from review.exports.archive import (
    grade_tables,
    item_tables,
    report_tables,
    settlement_tables,
    study_tables,
)
from review.exports.archive.codebook import codebook_csv, codebook_markdown, readme, scripts
from review.exports.archive.contents import Contents
from review.exports.archive.report_tables import reports_json
from review.exports.archive.tables import ArchiveTable
from review.models import Study
from review.reports.facts import read_facts

TABLES: tuple[ArchiveTable, ...] = (
    *study_tables.TABLES,
    *item_tables.TABLES,
    *grade_tables.TABLES,
    *settlement_tables.TABLES,
    *report_tables.TABLES,
)
# A ZIP has a time for each file: always this one, so that the same study gives the same bytes.
ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def archive_files(study: Study, *, with_comments: bool = False) -> Mapping[str, bytes]:
    """The files of the study's archive by name, as it stands now.

    The same state of the study gives the same bytes. `with_comments`: what people wrote in words
    too. Names have no leading folder. Raises Refusal for a pairwise study.
    """
    with read_snapshot():
        return dict(iter_archive(study, with_comments=with_comments))


def check_has_grades(study: Study) -> None:
    """Raises Refusal for a pairwise study: it has judgements of pairs, and no grades."""
    if study.is_pairwise:
        raise Refusal("A pairwise study has no grades: its report has its figures as CSV and JSON.")


def iter_archive(study: Study, *, with_comments: bool = False) -> Iterator[tuple[str, bytes]]:
    """The same, one file at a time; read it from one snapshot, since grading goes on."""
    check_has_grades(study)
    contents = Contents(study, read_facts(study), with_comments)
    yield "README.md", readme(contents)
    yield "codebook.csv", codebook_csv(TABLES, with_comments=with_comments)
    yield "codebook.md", codebook_markdown(TABLES, with_comments=with_comments)
    for table in TABLES:
        yield f"{table.name}.csv", table.csv(contents)
    yield "reports.json", reports_json(contents)
    yield from scripts().items()


def write_folder(study: Study, folder: Path, *, with_comments: bool = False) -> int:
    """Write the files into a new folder; how many bytes. Raises FileExistsError for an old one."""
    check_has_grades(study)
    folder.mkdir()
    size = 0
    with read_snapshot():
        for name, content in iter_archive(study, with_comments=with_comments):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            size += path.write_bytes(content)
    return size


def write_zip(study: Study, file: IO[bytes], *, with_comments: bool = False) -> None:
    """Write the files as one ZIP."""
    check_has_grades(study)
    with read_snapshot(), zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in iter_archive(study, with_comments=with_comments):
            entry = zipfile.ZipInfo(name, ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            packed.writestr(entry, content)
