"""`manage.py describe_questions FILE`: what its columns seem to mean, five questions with their
keys, and with `--save NAME` a mapping that `load_questions --source NAME` reads it by."""

from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from django.core.management.base import BaseCommand, CommandError

from pipeline.core.datasets.fields import shown
from pipeline.core.datasets.mapping.field_mapping import FieldMapping, KeyWritten, SplitField
from pipeline.core.datasets.mapping.preview import Previewed, preview
from pipeline.core.datasets.mapping.proposal import Proposal, Stated, propose_mapping
from pipeline.core.datasets.registry import sources_like
from pipeline.core.datasets.source_file import DELIMITERS, Sample, sample_records
from pipeline.core.errors import Refusal
from pipeline.core.records import Question
from pipeline.management.arguments import checked_name, existing_file
from pipeline.sources.described_files import save_mapping

SAMPLE_SIZE = 200
MAX_TEXT = 300


class Command(BaseCommand):
    help = "Show how a question file would be read, and save the way under a name."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--question", default="", metavar="COLUMN")
        parser.add_argument(
            "--options",
            nargs="+",
            default=[],
            metavar="COLUMN",
            help="a column for each option in order, or one that holds all of them",
        )
        parser.add_argument("--free-text", action="store_true", help="there are no options")
        parser.add_argument(
            "--key",
            nargs="+",
            default=[],
            metavar="COLUMN",
            help="which answer is right; of several columns all must agree",
        )
        parser.add_argument("--key-written", choices=get_args(KeyWritten))
        parser.add_argument("--key-counts-from", type=int, choices=(0, 1))
        for role in ("context", "explanation", "specialty"):
            parser.add_argument(f"--{role}", metavar="COLUMN", help="'' for none")
        parser.add_argument("--id", nargs="*", metavar="COLUMN", help="none: the place in the file")
        parser.add_argument("--split", metavar="COLUMN=VALUE", help="the part of the file to take")
        parser.add_argument("--delimiter", choices=sorted(DELIMITERS), help="of a CSV file")
        parser.add_argument("--save", metavar="NAME", help="save the mapping under this name")

    def handle(self, *args: Any, **options: Any) -> None:
        path = existing_file(options["file"])
        try:
            sample = _sample(path, options)
            proposal = propose_mapping(sample.records, _stated(options))
            self._print(_proposed(sample, proposal))
            if proposal.mapping is None:
                raise CommandError("Name the columns: see describe_questions --help.")
            mapping = _adjusted(proposal.mapping, options)
            self._print(_described(mapping, sample))
            if options["save"]:
                save_mapping(checked_name(options["save"]), mapping)
                self.stdout.write(f"Saved: load_questions {path} --source {options['save']} …")
        except (Refusal, OSError) as error:
            raise CommandError(str(error)) from error

    def _print(self, lines: Iterator[str]) -> None:
        for line in lines:
            self.stdout.write(line)


def _sample(path: Path, options: dict[str, Any]) -> Sample:
    """The first records, in which every column that is named on the command line must stand."""
    delimiter = DELIMITERS.get(options["delimiter"])
    sample = sample_records(path, path.name, count=SAMPLE_SIZE, delimiter=delimiter)
    named = [options[role] for role in ("question", "context", "explanation", "specialty")]
    split = (options["split"] or "").partition("=")[0]
    for name in (*named, split, *options["options"], *options["key"], *(options["id"] or ())):
        if name and name not in sample.fields:
            raise Refusal(f"The file has no column {name}; it has {', '.join(sample.fields)}.")
    return sample


def _stated(options: dict[str, Any]) -> Stated:
    return Stated(
        question=options["question"],
        options=tuple(options["options"]),
        keys=tuple(options["key"]),
        key_written=options["key_written"],
        free_text=options["free_text"],
    )


def _adjusted(mapping: FieldMapping, options: dict[str, Any]) -> FieldMapping:
    """The proposed mapping with what the command line states beside question, options and key."""
    columns = {"context": "context", "explanation": "long_answer", "specialty": "specialty"}
    stated = {role: options[flag] for flag, role in columns.items() if options[flag] is not None}
    if options["id"] is not None:
        stated["id"] = tuple(options["id"])
    if options["split"]:
        column, _, value = options["split"].partition("=")
        stated["split"] = SplitField(column, value)
    if options["key_counts_from"] is not None:
        mapping = mapping.counting_from(options["key_counts_from"])
    return replace(mapping, **stated)


def _proposed(sample: Sample, proposal: Proposal) -> Iterator[str]:
    yield f"Columns: {', '.join(shown(name) for name in sample.fields)}"
    alike = sources_like(sample.records[0].fields) if sample.records else []
    if alike:
        yield f"It looks like {' or '.join(alike)}: load_questions can read it by --source."
    yield from (f"Look at this: {doubt}" for doubt in proposal.uncertain)


def _described(mapping: FieldMapping, sample: Sample) -> Iterator[str]:
    """The mapping role by role, then five questions as it reads them."""
    yield f"Question: {mapping.question}"
    yield f"Options: {_options(mapping)}"
    for key in mapping.keys:
        first = {None: "0 or 1: not known", 0: "0", 1: "1"}[key.counts_from]
        counts = f", counted from {first}" if key.written == "number" else ""
        yield f"Key: {key.column} ({key.written}{counts})"
    yield f"Id: {' and '.join(mapping.id) or 'the place in the file'}"
    for role in ("context", "long_answer", "specialty"):
        yield f"{role.replace('_', ' ').capitalize()}: {getattr(mapping, role) or 'none'}"
    if mapping.split:
        yield f"Only where {mapping.split.column} is {mapping.split.value}"
    for previewed in preview(mapping, sample.records):
        yield from _shown(previewed)


def _options(mapping: FieldMapping) -> str:
    if mapping.options is None:
        return "none, the answer is free text"
    return f"{', '.join(mapping.options.columns)} ({mapping.options.written})"


def _shown(previewed: Previewed) -> Iterator[str]:
    """A question with its options, the right one marked, for each way to count its key."""
    if previewed.reason:
        yield f"\nLine {previewed.line} gives no question: {previewed.reason}"
    for first, question in zip(previewed.counts_from, previewed.questions, strict=True):
        counted = "" if first is None else f", key counted from {first}"
        yield f"\nLine {previewed.line}, id {question.id_in_source}{counted}: {_cut(question.text)}"
        yield from _answers(question)


def _answers(question: Question) -> Iterator[str]:
    if not question.options:
        yield f"  = {_cut(question.answer_text)}"
    for option in question.options:
        mark = "=" if option.label == question.answer_label else " "
        yield f"  {mark} {option.label}. {_cut(option.text)}"


def _cut(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= MAX_TEXT else f"{plain[: MAX_TEXT - 1]}…"
