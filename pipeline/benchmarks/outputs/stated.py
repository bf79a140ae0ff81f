"""What a record of someone's data set says of its question, under the names that are usual.

Used where a log carries the record along. Only what can be read for certain is taken; options that
are there and cannot be read make the line unusable, for its letters could mean anything.
"""

from collections.abc import Iterable, Mapping

from pipeline.core.datasets.fields import InvalidRecord, Record, identifier
from pipeline.core.datasets.mapping import column_names as names
from pipeline.core.datasets.mapping.field_mapping import OptionFields
from pipeline.core.datasets.mapping.options import options_of, without_options
from pipeline.core.records import Option

# As lm-evaluation-harness's edition of MedQA calls it.
_QUESTION = ("question", "problem_text", "sent1", *names.QUESTION[2:])
_OPTIONS = tuple(name for name in names.OPTIONS if name != "answers")
_KEY = ("answer_idx", "key", "answer_key", "final_decision", "answer")


def stated_question(record: Record, options: tuple[Option, ...]) -> str | None:
    """The words of the question, without options that it lists once more; None for none."""
    for name in names.named(record, _QUESTION):
        value = record[name]
        if isinstance(value, str) and value.strip():
            return _alone(value, options)
    return None


def _alone(question: str, options: tuple[Option, ...]) -> str:
    try:
        return without_options(question, options) if options else question
    except InvalidRecord:
        return question


def stated_options(record: Record) -> tuple[Option, ...]:
    """The options under their letters, none where the record has none. Raises InvalidRecord."""
    columns = tuple(record)
    for name in names.named(columns, _OPTIONS):
        if record[name] not in (None, "", [], {}):
            return _in_one_column(record, name)
    several = names.option_columns(columns)
    return options_of(record, OptionFields("columns", several)) if len(several) > 1 else ()


def _in_one_column(record: Record, name: str) -> tuple[Option, ...]:
    value = record[name]
    if isinstance(value, Mapping) and isinstance(value.get("text"), list):
        return _lettered_texts(value)
    written = "list" if isinstance(value, list) else "object"
    if isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
        written = "object"
    if isinstance(value, str) and not value.lstrip().startswith(("[", "{")):
        written = "text"
    return options_of(record, OptionFields(written, (name,)))  # type: ignore[arg-type]


def _lettered_texts(value: Mapping[str, object]) -> tuple[Option, ...]:
    """{"text": [...], "label": [...]}, as ARC and its kind have it."""
    texts, labels = value["text"], value.get("label")
    if not isinstance(texts, list):
        raise InvalidRecord("The options are not texts.")
    if not isinstance(labels, list):
        return options_of({"text": texts}, OptionFields("list", ("text",)))
    if len(labels) != len(texts) or len(set(map(str, labels))) < len(labels):
        raise InvalidRecord("The options do not have one letter each.")
    pairs = dict(zip(map(str, labels), texts, strict=True))
    return options_of({"options": pairs}, OptionFields("object", ("options",)))


def stated_key(record: Record, columns: Iterable[str] = _KEY) -> str | None:
    """The key as a text, a letter or an option's words; None where it is neither.

    A number is none: nothing says whether it counts from 0 or from 1.
    """
    for name in names.named(record, tuple(columns)):
        value = record[name]
        if isinstance(value, str) and value.strip():
            return value.strip()
    return None


def stated_id(record: Record) -> str:
    """The id, empty where the record has none that can be used."""
    for name in names.named(record, names.IDENTIFIER):
        try:
            return identifier(record, name)
        except InvalidRecord:
            continue
    return ""


def stated_place(record: Record, name: str) -> int | None:
    """A number that counts from 0, None where the record has none. Raises InvalidRecord."""
    value = record.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1000:
        raise InvalidRecord(f"Field {name} is not a number from 0 to 999.")
    return value
