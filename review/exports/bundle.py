"""The bundle: every file of a release, written from its frozen content alone.

The same lines, facts and texts give the same bytes. One pass over the lines fills all tables, a few
hundred rows at a time. A second pass, over questions of which raters accepted one line and rejected
another, writes the preference pairs. Memory holds one chunk of lines.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pipeline.core.records import ReasonerKind
from pipeline.core.release_format import Schema, TraceLine, parse_line
from review.exports.card.texts import describing_texts
from review.exports.earlier_tables import TABLES_OF_VERSION
from review.exports.files import BundleFile, HashedFile, write_bytes, write_text
from review.exports.tables import BUNDLE_VERSION, PREFERENCE, SFT, ExportTable
from review.exports.training.preference import sample_pairs
from review.exports.training.token_lengths import chosen_tokenizer, token_lengths
from review.exports.writers import WRITERS, TableWriter

CHUNK_SIZE = 200
MANIFEST_NAME = "manifest.json"
NO_ROWS = "no row of this release"
REFUSED = "refused: demonstration rules made these traces, and they are no training data"


@dataclass(frozen=True, slots=True)
class FrozenLine:
    """A frozen line: a rated trace of the release (`taken`), or one judged and left out."""

    question: int
    taken: bool
    text: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """All files of a bundle but its manifest, and the tables it lacks, with the reason.

    `texts` are the files that describe the others, by their names; `counted` is what was found
    out of the rows while they were first written.
    """

    files: tuple[BundleFile, ...]
    lacks: Mapping[str, str]
    texts: Mapping[str, str]
    counted: Mapping[str, Any]

    def manifest(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """The facts with the checksum of every file: what `manifest.json` says."""
        files = {
            file.name: {"bytes": file.size, "sha256": file.sha256}
            | ({} if file.rows is None else {"rows": file.rows})
            for file in self.files
        }
        return {**facts, **self.counted, "files": files, "lacks": dict(self.lacks)}


def write_bundle(
    folder: Path,
    *,
    lines: Iterable[FrozenLine],
    alternatives: Iterable[FrozenLine],
    facts: Mapping[str, Any],
    texts: Mapping[str, str] | None = None,
    others: Mapping[str, bytes] | None = None,
    version: int = BUNDLE_VERSION,
) -> Bundle:
    """Write the files of a release into an empty folder.

    `lines` in their frozen order; `alternatives` those of questions with several, question by
    question; `facts` what was recorded of the release when it was frozen; `texts` the card and
    the metadata as they were frozen, written anew while there are none; `others` files that are
    not built from lines, by name; `version` the one in which the bundle was promised.
    """
    tables = TABLES_OF_VERSION[version]
    (folder / "data").mkdir()
    refused = facts["reasoner_kind"] == ReasonerKind.DEMONSTRATION
    lacks = {table.name: REFUSED for table in tables if refused and table.for_training}
    with ExitStack() as stack:
        open_tables = {
            table.name: stack.enter_context(_OpenTable(folder, table))
            for table in tables
            if table.name not in lacks
        }
        contested = _write_lines(open_tables, lines)
        if PREFERENCE.name in open_tables:
            contested_lines = (line for line in alternatives if line.question in contested)
            open_tables[PREFERENCE.name].add(_preference_pairs(contested_lines))
    lacks |= {name: NO_ROWS for name, table in open_tables.items() if not table.rows}
    files = tuple(file for table in open_tables.values() for file in table.kept_files())
    counted: dict[str, Any] = {}
    if texts is None:
        counted = _count_tokens(folder, files)
        texts = describing_texts({**facts, **counted}, files, lacks, folder)
    described = (write_text(folder, name, text) for name, text in sorted(texts.items()))
    beside = (write_bytes(folder, *other) for other in sorted((others or {}).items()))
    written = (*files, *described, *beside)
    bundle = Bundle(written, MappingProxyType(lacks), MappingProxyType(texts), counted)
    write_text(folder, MANIFEST_NAME, manifest_text(bundle.manifest(facts)))
    return bundle


def _count_tokens(folder: Path, files: Iterable[BundleFile]) -> dict[str, Any]:
    """`tokens`: how long the rows for fine-tuning are, where there are any."""
    written = {file.name for file in files}
    names = [name for name in SFT.file_names if name in written and name.endswith(".parquet")]
    if not names:
        return {}
    return {"tokens": token_lengths((folder / name for name in names), chosen_tokenizer())}


def manifest_text(manifest: Mapping[str, Any]) -> str:
    """The manifest as JSON: keys sorted, so that the database's order does not matter."""
    return json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


class _OpenPart:
    """The rows of one split of a table being written, in each of its formats."""

    def __init__(self, folder: Path, table: ExportTable, split: str) -> None:
        self.rows, self._table = 0, table
        self.files = {
            form: HashedFile(folder / table.file_name(form, split)) for form in table.formats
        }
        self._writers: list[TableWriter] = [
            WRITERS[form](file, table.columns)
            for form, file in self.files.items()
            if not (table.lines and form == "jsonl")
        ]

    def close(self) -> None:
        for writer in self._writers:
            writer.finish()
        for file in self.files.values():
            file.close()

    def add(self, rows: Sequence[Schema]) -> None:
        self.rows += len(rows)
        plain = [self._table.plain(row) for row in rows]
        for writer in self._writers:
            writer.write(plain)

    def described(self, folder: Path) -> Iterator[BundleFile]:
        for file in self.files.values():
            name = file.path.relative_to(folder).as_posix()
            yield BundleFile(name, file.size, file.sha256, self.rows)


class _OpenTable:
    """A table being written: a part for each split that has rows, opened with its first."""

    def __init__(self, folder: Path, table: ExportTable) -> None:
        self.table, self._folder = table, folder
        self._parts: dict[str, _OpenPart] = {}

    def __enter__(self) -> "_OpenTable":
        return self

    def __exit__(self, *_: object) -> None:
        for part in self._parts.values():
            part.close()

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self._parts.values())

    def add(self, rows: Iterable[Schema]) -> None:
        remaining = iter(rows)
        while block := list(islice(remaining, CHUNK_SIZE)):
            for split in self.table.splits:
                of_split = [row for row in block if self.table.split_of(row) == split]
                if of_split:
                    self._part(split).add(of_split)

    def add_lines(self, block: Iterable[tuple[FrozenLine, TraceLine]]) -> None:
        """Write the taken lines as they are, where the table is made of them."""
        if not self.table.lines:
            return
        for line, parsed in block:
            if line.taken:
                part = self._part(self.table.split_of(parsed))
                part.files["jsonl"].write(line.text.encode())

    def kept_files(self) -> Iterator[BundleFile]:
        """The files written, in the order of formats and splits."""
        described = {
            file.name: file
            for part in self._parts.values()
            for file in part.described(self._folder)
        }
        return (described[name] for name in self.table.file_names if name in described)

    def _part(self, split: str) -> _OpenPart:
        if split not in self._parts:
            (self._folder / self.table.file_name("", split)).parent.mkdir(exist_ok=True)
            self._parts[split] = _OpenPart(self._folder, self.table, split)
        return self._parts[split]


def _write_lines(tables: Mapping[str, _OpenTable], lines: Iterable[FrozenLine]) -> set[int]:
    """Fill the tables; returns the questions with both an accepted and a rejected line."""
    remaining, decided = iter(lines), _DecidedQuestions(set(), set())
    while block := [(line, parse_line(line.text)) for line in islice(remaining, CHUNK_SIZE)]:
        for table in tables.values():
            table.add(_rows(table.table, block))
            table.add_lines(block)
        for line, parsed in block:
            decided.add(line, parsed)
    return decided.accepted & decided.rejected


@dataclass(frozen=True, slots=True)
class _DecidedQuestions:
    """Questions with a line that raters accepted, and with one that they rejected."""

    accepted: set[int]
    rejected: set[int]

    def add(self, line: FrozenLine, parsed: TraceLine) -> None:
        decision = parsed.consensus.decision if parsed.consensus else ""
        if decision == "accept" and line.taken:
            self.accepted.add(line.question)
        elif decision == "reject":
            self.rejected.add(line.question)


def _rows(table: ExportTable, block: Iterable[tuple[FrozenLine, TraceLine]]) -> Iterator[Schema]:
    for line, parsed in block:
        rows_of = table.rows_of if line.taken else table.rows_of_judged
        if rows_of is not None:
            yield from rows_of(parsed)


def _preference_pairs(alternatives: Iterable[FrozenLine]) -> Iterator[Schema]:
    for _, group in groupby(alternatives, key=lambda line: line.question):
        parsed = [(line.taken, parse_line(line.text)) for line in group]
        yield from sample_pairs(
            [line for taken, line in parsed if taken], [line for _, line in parsed]
        )
