"""Samples of lm-evaluation-harness (`--log_samples`): samples_<task>_<date>.jsonl.

A line has the record of the data set (`doc`), what was sent (`arguments`) and, under `resps`, what
came back for each request. Its `filtered_resps` are what a filter of the task made of that; they
are not read. A task with several filters writes each output once for each of them.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from itertools import chain

from pipeline.benchmarks.outputs import stated
from pipeline.benchmarks.outputs.records import FileFacts, OthersOutput, output_text
from pipeline.core.datasets.fields import InvalidRecord, Record
from pipeline.core.datasets.source_file import SourceRecord
from pipeline.core.errors import SourceFileError
from pipeline.core.records import Option

NEEDED = frozenset({"doc_id", "resps"})
SUMMARY = frozenset({"results", "configs"})
_SETTINGS = ("temperature", "do_sample", "top_p", "max_gen_toks", "until")
_LIKELIHOOD = (
    "The model was not asked to write: the task scores the likelihood of each option, so there is "
    "no output to read. A choice forced that way always names an option and does not compare with "
    "an answer that was written. Run a task whose output_type is generate_until; export_tasks "
    "writes one."
)
# What the harness writes for an answer without content.
_ABSENT = "None"


def lm_eval_reader(file_name: str) -> Callable[[SourceRecord, FileFacts], Iterable[OthersOutput]]:
    """Reads the lines of one file. Raises SourceFileError for a task that scores likelihoods."""
    filters: dict[str, str] = {}

    def read(record: SourceRecord, facts: FileFacts) -> Iterable[OthersOutput]:
        fields = record.fields
        if missing := sorted(NEEDED - fields.keys()):
            raise InvalidRecord(f"Field {missing[0]} is missing.")
        outputs = _outputs(fields, file_name, record.line)
        used = str(fields.get("filter", ""))
        if filters.setdefault(str(fields["doc_id"]), used) != used:
            facts.note(
                "The task has several filters and lists each output once for each of them; it is "
                "read once, as the model wrote it."
            )
            return ()
        facts.state(_settings(fields))
        return _read(record, outputs, facts)

    return read


def _read(record: SourceRecord, outputs: list[object], facts: FileFacts) -> Iterable[OthersOutput]:
    doc = record.fields.get("doc")
    if not isinstance(doc, Mapping):
        raise InvalidRecord("Field doc is not an object: the line does not say what was asked.")
    options = stated.stated_options(doc)
    if identity := doc.get("benchmark_sha256"):
        facts.benchmarks[str(identity)] += 1
    for sample, output in enumerate(outputs):
        if output == _ABSENT:
            facts.note("“None” is what the harness writes for no content: it is read as empty.")
            output = ""
        yield OthersOutput(
            line=record.line,
            output=output_text(output, facts),
            id=stated.stated_id(doc),
            question=stated.stated_question(doc, options),
            options=options,
            prompt=_prompt(record.fields),
            key=_key(record.fields, doc, options),
            sample=sample,
        )


def _outputs(fields: Record, file_name: str, line: int) -> list[object]:
    """What the model wrote, sample by sample."""
    resps = fields["resps"]
    if not isinstance(resps, list) or not all(isinstance(one, list) for one in resps):
        raise InvalidRecord("Field resps is not a list of lists.")
    if any(isinstance(answer, list) for answer in chain.from_iterable(resps)) or not _wrote(fields):
        raise SourceFileError(file_name, line, _LIKELIHOOD)
    if len(resps) != 1 or not resps[0]:
        raise InvalidRecord(f"The line has the answers to {len(resps)} requests instead of to one.")
    outputs: list[object] = resps[0]
    return outputs


def _arguments(fields: Record) -> list[object]:
    """The arguments of the request: the prompt, then the settings."""
    arguments = fields.get("arguments")
    if isinstance(arguments, Mapping):
        first = arguments.get("gen_args_0")
        return [*first.values()] if isinstance(first, Mapping) else []
    # As versions before 0.4.2 write them.
    if isinstance(arguments, list) and arguments and isinstance(arguments[0], list):
        return arguments[0]
    return []


def _wrote(fields: Record) -> bool:
    """Whether the request asked for text: its second argument then holds settings."""
    arguments = _arguments(fields)
    return len(arguments) < 2 or isinstance(arguments[1], Mapping)


def _settings(fields: Record) -> dict[str, object]:
    arguments = _arguments(fields)
    stated_there = arguments[1] if len(arguments) > 1 else None
    if not isinstance(stated_there, Mapping):
        return {}
    return {name: stated_there[name] for name in _SETTINGS if name in stated_there}


def _prompt(fields: Record) -> str:
    """What was sent: a text, or the messages of a chat as JSON within a list."""
    sent = next(iter(_arguments(fields)), "")
    if isinstance(sent, list) and sent:
        sent = sent[0]
    if not isinstance(sent, str):
        return ""
    try:
        messages = json.loads(sent) if sent.startswith("[{") else None
    except (ValueError, RecursionError):
        messages = None
    if not isinstance(messages, list):
        return sent
    contents = [one.get("content") for one in messages if isinstance(one, dict)]
    return "\n\n".join(content for content in contents if isinstance(content, str))


def _key(fields: Record, doc: Record, options: tuple[Option, ...]) -> str | None:
    """The target as the task states it: a letter, a text, or a number that counts from 0."""
    target = str(fields.get("target", "")).strip()
    if target.isdecimal() and target not in {option.text for option in options}:
        place = int(target) if len(target) < 3 else len(options)
        return options[place].label if place < len(options) else None
    return target or stated.stated_key(doc)
