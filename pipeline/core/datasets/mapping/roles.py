"""A field mapping as a page shows it: what each column is used for, one role a column."""

from collections.abc import Mapping, Sequence
from string import ascii_uppercase
from typing import cast

from pipeline.core.datasets.mapping import column_names as names
from pipeline.core.datasets.mapping.field_mapping import (
    CountsFrom,
    FieldMapping,
    KeyField,
    KeyWritten,
    OptionFields,
    OptionsWritten,
    SplitField,
)
from pipeline.core.errors import InvalidConfiguration

Roles = Mapping[str, str]

ASKED = {"question": "Question", "question and options": "Question, its options at the end"}
OPTIONS = {f"option {letter}": f"Option {letter}" for letter in ascii_uppercase} | {
    "options list": "Options, a list",
    "options object": "Options, letters with texts",
    "options text": "Options in one text: A. …, B. …",
}
KEYS = {
    "key letter": "Key: a letter, such as B",
    "key small letter": "Key: a small letter, such as b",
    "key number 0": "Key: a number, the first option is 0",
    "key number 1": "Key: a number, the first option is 1",
    "key number": "Key: a number, to be counted as the file shows",
    "key text": "Key: the text of the answer",
    "key letter and text": "Key: letter and text, such as B. …",
}
BESIDE = {
    "context": "Context",
    "long_answer": "Explanation",
    "id": "Id",
    "specialty": "Specialty",
    "split": "Split: only some records",
}
ROLES = ASKED | OPTIONS | KEYS | BESIDE


def roles_of(mapping: FieldMapping) -> dict[str, str]:
    """The role of each column that the mapping uses."""
    roles = {mapping.question: "question"}
    if mapping.options:
        roles |= _option_roles(mapping.options, mapping.question)
    for key in mapping.keys:
        counted = "" if key.counts_from is None else f" {key.counts_from}"
        roles.setdefault(key.column, f"key {key.written}{counted}")
    for column in mapping.id:
        roles.setdefault(column, "id")
    for role in ("context", "long_answer", "specialty"):
        if column := getattr(mapping, role):
            roles.setdefault(column, role)
    if mapping.split:
        roles.setdefault(mapping.split.column, "split")
    return roles


def roles_by_name(columns: Sequence[str]) -> dict[str, str]:
    """The roles that the columns' names alone suggest, for a file of which no more is known."""
    letters = zip(names.option_columns(columns), ascii_uppercase, strict=False)
    roles = {column: f"option {letter}" for column, letter in letters}
    for role, usual in (("question", names.QUESTION), ("context", names.CONTEXT)):
        for column in names.named(columns, usual)[:1]:
            roles.setdefault(column, role)
    return roles


def _option_roles(options: OptionFields, question: str) -> dict[str, str]:
    if options.written == "columns":
        named = zip(options.columns, ascii_uppercase, strict=False)
        return {column: f"option {letter}" for column, letter in named}
    if options.columns == (question,):
        return {question: "question and options"}
    return dict.fromkeys(options.columns, f"options {options.written}")


def mapping_of(
    roles: Roles, *, same_options: Sequence[str] = (), split_value: str = ""
) -> FieldMapping:
    """The mapping that gives columns these roles, in the order of the file.

    `same_options` are the options of every question, where no column holds any. Raises
    InvalidConfiguration with what is missing or stands twice.
    """
    asked = [column for column, role in roles.items() if role in ASKED]
    if len(asked) != 1:
        raise InvalidConfiguration("Choose one column as the question.")
    split = _only(roles, "split")
    if split and not split_value:
        raise InvalidConfiguration("State which value of the split column to take.")
    return FieldMapping(
        question=asked[0],
        keys=tuple(_key(column, role) for column, role in roles.items() if role in KEYS),
        options=_options(roles, asked[0], tuple(same_options)),
        context=_only(roles, "context"),
        long_answer=_only(roles, "long_answer"),
        id=tuple(column for column, role in roles.items() if role == "id"),
        specialty=_only(roles, "specialty"),
        split=SplitField(split, split_value) if split else None,
        options_repeated=roles[asked[0]] == "question and options",
    )


def _only(roles: Roles, wanted: str) -> str:
    """The column of a role that only one may have, or none."""
    columns = [column for column, role in roles.items() if role == wanted]
    if len(columns) > 1:
        raise InvalidConfiguration(f"Two columns are {ROLES[wanted]}: {' and '.join(columns)}.")
    return columns[0] if columns else ""


def _key(column: str, role: str) -> KeyField:
    written = role.removeprefix("key ")
    if written.startswith("number "):
        first = cast(CountsFrom, int(written.removeprefix("number ")))
        return KeyField(column, "number", first)
    return KeyField(column, cast(KeyWritten, written))


def _options(roles: Roles, asked: str, same: tuple[str, ...]) -> OptionFields | None:
    """Options stand in one way only; without any the answer is free text."""
    lettered = _lettered(roles)
    whole = [(column, role) for column, role in roles.items() if role.startswith("options ")]
    if roles[asked] == "question and options":
        whole.append((asked, "options text"))
    if bool(lettered) + len(whole) + bool(same) > 1:
        raise InvalidConfiguration("Name the options in one way only.")
    if lettered:
        return OptionFields("columns", tuple(lettered.values()))
    if whole:
        column, role = whole[0]
        return OptionFields(cast(OptionsWritten, role.removeprefix("options ")), (column,))
    return OptionFields("same", texts=same) if same else None


def _lettered(roles: Roles) -> dict[str, str]:
    """Columns that hold an option each, by role in the order of the letters."""
    wanted = [role for role in OPTIONS if role.startswith("option ")]
    found = {role: column for role in wanted if (column := _only(roles, role))}
    if list(found) != wanted[: len(found)]:
        raise InvalidConfiguration("Options are lettered A, B, C and so on, without a gap.")
    return found
