"""Logs of Inspect as JSON: one object whose `samples` hold what each model call gave.

The object is read member by member and sample by sample, so that memory holds one sample however
large the log is.
"""

from collections.abc import Iterable, Iterator, Mapping
from io import BufferedReader

from pipeline.benchmarks.outputs import stated
from pipeline.benchmarks.outputs.records import FileFacts, OthersOutput, output_text
from pipeline.core.datasets.fields import InvalidRecord, Record, shown
from pipeline.core.datasets.files.json_text import JsonText, checked_object
from pipeline.core.datasets.mapping.field_mapping import OptionFields
from pipeline.core.datasets.mapping.options import options_of
from pipeline.core.datasets.source_file import ReadLimits, SourceRecord
from pipeline.core.errors import SourceFileError
from pipeline.core.records import Option

NEEDED = frozenset({"eval", "status"})
_SETTINGS = ("temperature", "top_p", "top_k", "max_tokens", "seed", "reasoning_effort")
_ATTACHMENT = "attachment://"
_REWRITTEN = (
    "Its solver multiple_choice shuffled the options. Inspect then writes an answer of its own "
    "making in place of the output, in the order before shuffling, so the log does not hold what "
    "the model wrote. Shuffle in the data set instead (shuffle_choices), or run the exported task."
)
_ENDS = {
    "cancelled": "The run was cancelled: what it had not reached is not in the file.",
    "error": "The run ended with an error: what it had not reached is not in the file.",
    "started": "The run had not ended when the log was written.",
}


def inspect_samples(
    text: BufferedReader, file_name: str, limits: ReadLimits, facts: FileFacts
) -> Iterator[SourceRecord]:
    """The samples of a log; what it says of the run goes into `facts`.

    Raises SourceFileError, possibly after samples, for a log that is not whole or does not hold
    what the model wrote.
    """
    document = JsonText(text, file_name, limits.record)
    found = set()
    for name in document.members():
        found.add(name)
        if name == "samples" and document.peek() == "[":
            yield from _samples(document)
        else:
            _tell(name, document.value(), facts, file_name)
    document.end()
    if missing := sorted(NEEDED - found):
        raise SourceFileError(file_name, 0, f"It is no log of Inspect: {missing[0]} is missing.")
    if not document.number:
        raise SourceFileError(
            file_name, 0, "The log holds no samples: it was written without them."
        )


def _samples(document: JsonText) -> Iterator[SourceRecord]:
    for _ in document.elements():
        document.number += 1
        number, value = document.number, document.value()
        try:
            yield SourceRecord(number, number - 1, checked_object(value, document.flaw))
        except InvalidRecord as error:
            yield SourceRecord(number, number - 1, {}, str(error))


def _tell(name: str, value: object, facts: FileFacts, file_name: str) -> None:
    """Keep what one member says of the run."""
    if name == "status" and (end := _ENDS.get(str(value))):
        facts.note(end)
    if not isinstance(value, Mapping):
        return
    if name == "eval":
        facts.model = _text(value.get("model"))
        facts.state({"task": value.get("task"), "created": value.get("created")})
        facts.state({"inspect_ai": _inner(value, "packages").get("inspect_ai")})
        facts.state(_chosen(_inner(value, "model_generate_config")))
        facts.state({"epochs": _inner(value, "config").get("epochs")})
    if name == "plan":
        _check_steps(value.get("steps"), file_name)
        facts.state(_chosen(_inner(value, "config")))


def _chosen(config: Mapping[str, object]) -> dict[str, object]:
    return {name: config[name] for name in _SETTINGS if name in config}


def _inner(value: Mapping[str, object], name: str) -> Mapping[str, object]:
    inner = value.get(name)
    return inner if isinstance(inner, Mapping) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _check_steps(steps: object, file_name: str) -> None:
    for step in steps if isinstance(steps, list) else ():
        if not isinstance(step, Mapping):
            continue
        is_choice = _text(step.get("solver")).rpartition("/")[2] == "multiple_choice"
        if is_choice and _inner(step, "params").get("shuffle"):
            raise SourceFileError(file_name, 0, _REWRITTEN)


def read_sample(record: SourceRecord, facts: FileFacts) -> Iterable[OthersOutput]:
    """The output of one sample. Raises InvalidRecord for one that ended without any."""
    sample = record.fields
    _check_ended(sample)
    message, reason = _answer(sample)
    reasoning, written = _parts(message.get("content"), _inner(sample, "attachments"))
    metadata = _inner(sample, "metadata")
    options = _options(sample, metadata)
    asked = _messages(sample.get("input"), sample)
    if identity := metadata.get("benchmark_sha256"):
        facts.benchmarks[str(identity)] += 1
    yield OthersOutput(
        line=record.line,
        output=output_text(written, facts),
        id=stated.stated_id(sample),
        question=stated.stated_question(metadata, options) or asked or None,
        options=options,
        prompt=_messages(sample.get("messages"), sample) or asked,
        key=_key(sample.get("target")),
        sample=_epoch(sample),
        reasoning=output_text(reasoning, facts),
        finish_reason=reason,
    )


def _check_ended(sample: Record) -> None:
    """Raises InvalidRecord for a sample that its run did not stand by."""
    if isinstance(error := sample.get("error"), Mapping):
        raise InvalidRecord(f"The sample ended with an error: {shown(error.get('message'))}.")
    if sample.get("invalidation"):
        raise InvalidRecord("The sample was declared invalid in the log.")


def _answer(sample: Record) -> tuple[Mapping[str, object], str]:
    """The model's message, and why it ended there."""
    choices = _inner(sample, "output").get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], Mapping):
        limit = _inner(sample, "limit").get("type")
        ended = f": it ran into its {shown(limit)} limit" if limit else ""
        raise InvalidRecord(f"The sample has no output{ended}.")
    if len(choices) > 1:
        raise InvalidRecord(f"The sample has {len(choices)} outputs in one call instead of one.")
    return _inner(choices[0], "message"), _text(choices[0].get("stop_reason"))


def _parts(content: object, attachments: Mapping[str, object]) -> tuple[str, str]:
    """Reasoning and text of a message: a text, or parts of which each has its type."""
    if isinstance(content, str) or content is None:
        return "", _resolved(content or "", attachments)
    if not isinstance(content, list) or not all(isinstance(part, Mapping) for part in content):
        raise InvalidRecord("The message is neither a text nor a list of parts.")
    reasoning = [p.get("summary") if p.get("redacted") else p.get("reasoning") for p in content]
    texts = [part.get("text") for part in content if part.get("type") == "text"]
    return (
        "\n".join(_resolved(one, attachments) for one in reasoning if isinstance(one, str)),
        "\n".join(_resolved(one, attachments) for one in texts if isinstance(one, str)),
    )


def _resolved(text: str, attachments: Mapping[str, object]) -> str:
    """The text that a reference stands for. Raises InvalidRecord where the log lacks it."""
    if not text.startswith(_ATTACHMENT):
        return text
    found = attachments.get(text.removeprefix(_ATTACHMENT))
    if not isinstance(found, str):
        raise InvalidRecord("The log refers to a text that it does not hold.")
    return found


def _messages(value: object, sample: Record) -> str:
    """What was sent: the input as it stands, or the texts of system and user."""
    attachments = _inner(sample, "attachments")
    if isinstance(value, str):
        return _resolved(value, attachments)
    sent = [
        _parts(message.get("content"), attachments)[1]
        for message in (value if isinstance(value, list) else ())
        if isinstance(message, Mapping) and message.get("role") in ("system", "user")
    ]
    return "\n\n".join(filter(None, sent))


def _options(sample: Record, metadata: Mapping[str, object]) -> tuple[Option, ...]:
    """The choices in the order that the data set has them; files of ours name their own."""
    own = metadata.get("options") if "benchmark_sha256" in metadata else None
    choices = sample.get("choices") or own
    return options_of({"choices": choices}, OptionFields("list", ("choices",))) if choices else ()


def _key(target: object) -> str | None:
    """The target where it names one answer."""
    if isinstance(target, list):
        target = target[0] if len(target) == 1 else None
    return target.strip() or None if isinstance(target, str) else None


def _epoch(sample: Record) -> int:
    epoch = stated.stated_place(sample, "epoch")
    if epoch is None or epoch < 1:
        raise InvalidRecord("Field epoch does not count from 1.")
    return epoch - 1
