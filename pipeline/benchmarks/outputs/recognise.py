"""Which program wrote a log: its content says so."""

from typing import BinaryIO

from pipeline.benchmarks.outputs import inspect_log, lm_eval, plain_rows
from pipeline.benchmarks.outputs.records import INSPECT, LM_EVAL, PLAIN, SCRIPTS
from pipeline.core.datasets.fields import shown
from pipeline.core.datasets.files.json_shape import Member, outline
from pipeline.core.datasets.files.recognise import check_is_text
from pipeline.core.datasets.files.stream import as_utf8, read_ahead, unpacked
from pipeline.core.datasets.mapping.column_names import IDENTIFIER, named
from pipeline.core.datasets.source_file import ReadLimits, sample_records
from pipeline.core.errors import SourceFileError

TITLES = {
    LM_EVAL: "lm-evaluation-harness, samples_….jsonl of --log_samples",
    INSPECT: "Inspect, log as JSON",
    SCRIPTS: "result file of the MedReason or HuatuoGPT-o1 evaluation script",
    PLAIN: "rows with id and output (JSON Lines)",
}
_HEAD = 1 << 20
_FIELDS_SHOWN = 20
_ARCHIVE = (
    "It is a ZIP archive. A log of Inspect (.eval) is one: write it as JSON with `inspect log "
    "convert LOG.eval --to json --output-dir FOLDER`."
)
_SUMMARY = (
    "It is the summary of lm-evaluation-harness (results_….json) and holds no outputs: take the "
    "file samples_….jsonl beside it, which --log_samples writes."
)
_FIGURES = (
    "It holds figures and no outputs: take the file of the same run that lies in the folder logs."
)


def recognised(stream: BinaryIO, file_name: str, limits: ReadLimits) -> str:
    """The format of a file, a name of TITLES; the stream stands at its beginning again.

    Raises SourceFileError for a file of none, with what it seems to be.
    """
    members = _first_members(stream, file_name, limits)
    stream.seek(0)
    names = {member.name for member in members}
    if names >= inspect_log.NEEDED and any(
        member.name == "eval" and isinstance(member.value, dict) for member in members
    ):
        return INSPECT
    if names >= lm_eval.SUMMARY:
        raise SourceFileError(file_name, 0, _SUMMARY)
    if members and all(_is_figures(member.value) for member in members):
        raise SourceFileError(file_name, 0, _FIGURES)
    return _by_fields(stream, file_name, limits)


def _first_members(stream: BinaryIO, file_name: str, limits: ReadLimits) -> list[Member]:
    """The members of the object that a JSON text begins with; none for another file."""
    reader = unpacked(stream, file_name, limits.total)
    magic = reader.peek(8)[:8]
    if magic.startswith(b"PK\x03\x04"):
        raise SourceFileError(file_name, 0, _ARCHIVE)
    check_is_text(magic, file_name)
    head, _ = read_ahead(as_utf8(reader, file_name), _HEAD)
    text = head.decode("utf-8", errors="replace")
    return outline(text) if text.lstrip().startswith("{") else []


def _is_figures(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(_is_number(one) for one in value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _by_fields(stream: BinaryIO, file_name: str, limits: ReadLimits) -> str:
    sample = sample_records(stream, file_name, limits)
    whole = [record for record in sample.records if not record.flaw]
    if not whole:
        line, reason = (1, "It is empty.")
        if sample.records:
            line, reason = sample.records[0].line, sample.records[0].flaw
        raise SourceFileError(file_name, line, reason)
    fields = set(whole[0].fields)
    if fields >= lm_eval.NEEDED:
        return LM_EVAL
    if fields >= plain_rows.SCRIPT_FIELDS and fields & plain_rows.OF_SCRIPTS:
        return SCRIPTS
    if plain_rows.OUTPUT in fields and (named(fields, IDENTIFIER) or "question" in fields):
        return PLAIN
    told = ", ".join(shown(name).strip("'") for name in sample.fields[:_FIELDS_SHOWN])
    raise SourceFileError(
        file_name,
        0,
        f"It is no log that can be read here: {'; '.join(TITLES.values())}. Its fields are: "
        f"{told or 'none'}.",
    )
