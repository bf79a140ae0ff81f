"""What a model may answer in each act: pydantic types, made for the request where it matters.

Indices are enumerated, not ranged: every server that holds answers to a schema knows `enum`,
not every one `minimum`. Fields that argue stand before the field that decides. A type takes
longer to make than its answer to read, and many requests need the same: the latest are kept.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, create_model
from typing_extensions import TypeAliasType

from pipeline.core.records import NodeType, OpenMention, Option, Step, Support

MAX_QUESTION_ENTITIES, MAX_ANSWER_ENTITIES = 12, 6
MAX_STEPS, MAX_EDGES_PER_STEP = 12, 12
# A term of a clinical text; names of nodes are longer only where they are sentences.
MAX_NAME_LENGTH, MAX_NAME_WORDS = 80, 8
MAX_TYPES = 64
MAX_SENTENCES_LENGTH = 1500
MOST_CONFIDENT = 10


def _index(count: int) -> Any:
    """The numbers from 0 below `count`; true and false are none of them."""
    return Annotated[Literal[tuple(range(count))], BeforeValidator(_no_bool)]


def _no_bool(value: object) -> object:
    # Python takes True for 1, and so would a choice among numbers.
    if isinstance(value, bool):
        raise ValueError("a number is asked for")
    return value


# How sure a reader is, from 0 to MOST_CONFIDENT.
Confidence: Any = _index(MOST_CONFIDENT + 1)


class Answered(BaseModel):
    """The base of all answers: exactly the fields named, of exactly their types."""

    model_config = ConfigDict(extra="forbid", strict=True)


Name = Annotated[str, Field(max_length=MAX_NAME_LENGTH)]
# One sentence or two: a bound that only a model meets which repeats itself without end.
Sentences = Annotated[str, Field(max_length=MAX_SENTENCES_LENGTH)]


class Entity(Answered):
    """A term copied from a text, and its type: the type first, so that a thing is named next."""

    type: NodeType
    text: Name


class OtherName(Answered):
    """A term copied from a text, and the standard name of what it means."""

    text: Name
    name: Name


class Entities(Answered):
    """The terms of each text. What holds of few of them is listed apart: most lists stay empty."""

    question: Annotated[list[Entity], Field(max_length=MAX_QUESTION_ENTITIES)]
    answer: Annotated[list[Entity], Field(max_length=MAX_ANSWER_ENTITIES)]
    absent: Annotated[list[Name], Field(max_length=MAX_QUESTION_ENTITIES)]
    family: Annotated[list[Name], Field(max_length=MAX_ANSWER_ENTITIES)]
    past: Annotated[list[Name], Field(max_length=MAX_ANSWER_ENTITIES)]
    names: Annotated[list[OtherName], Field(max_length=MAX_ANSWER_ENTITIES)]


class ExplainedEntities(Entities):
    """Those of a question whose source explains its answer."""

    explanation: Annotated[list[Entity], Field(max_length=MAX_ANSWER_ENTITIES)]


class FirstEntity(Answered):
    """What extract/v1 asks for."""

    text: str
    type: NodeType


class FirstEntities(Answered):
    """What extract/v1 asks for: entities of the explanation are among those of the answer."""

    question: Annotated[list[FirstEntity], Field(max_length=MAX_QUESTION_ENTITIES)]
    answer: Annotated[list[FirstEntity], Field(max_length=MAX_ANSWER_ENTITIES)]


class FirstFreeAnswer(Answered):
    """What answer/v1 asks for, which has no confidence."""

    explanation: Sentences
    answer: Sentences


FreeAnswer = create_model("FreeAnswer", __base__=FirstFreeAnswer, confidence=(Confidence, ...))


class Comparison(Answered):
    explanation: Sentences
    correct: bool


class Better(Answered):
    explanation: Sentences
    better: Literal["first", "second", "neither"]


class Checked(Answered):
    explanation: Sentences
    support: Support


def step_id(step: Step) -> str:
    """What a prompt calls this step."""
    return f"s{step.number}"


def step_checks_type(steps: Sequence[Step]) -> type[BaseModel]:
    """One field a step (`step_id`): what its facts say of it."""
    return _step_checks_of(tuple(step_id(step) for step in steps))


@lru_cache(MAX_TYPES)
def _step_checks_of(names: tuple[str, ...]) -> type[BaseModel]:
    fields: dict[str, Any] = dict.fromkeys(names, (Checked, ...))
    return create_model("StepChecks", __base__=Answered, **fields)


def selection_type(open_mentions: Sequence[OpenMention]) -> type[BaseModel]:
    """One field a mention (`mention_id`): the number of one of its candidates, or null."""
    return _selection_of(tuple(len(open_mention.candidates) for open_mention in open_mentions))


@lru_cache(MAX_TYPES)
def _selection_of(sizes: tuple[int, ...]) -> type[BaseModel]:
    # Named, a choice is written once in the schema, however many mentions have it.
    choices: dict[int, Any] = {size: _choice(size) for size in set(sizes)}
    fields: dict[str, Any] = {mention_id(at): (choices[size], ...) for at, size in enumerate(sizes)}
    return create_model("Selection", __base__=Answered, **fields)


def mention_id(position: int) -> str:
    """What a prompt calls the open mention at this position."""
    return f"m{position}"


@lru_cache(MAX_TYPES)
def pruning_type(available: int, keep: int) -> type[BaseModel]:
    """`kept`: at most `keep` numbers of the paths shown."""
    kept = _list_of(_index(available), keep)
    return create_model("Pruning", __base__=Answered, kept=(kept, ...))


@lru_cache(MAX_TYPES)
def reasoning_type(edges: int) -> type[BaseModel]:
    """`steps` with their text and the numbers of the edges they rest on, and a `conclusion`."""
    max_items = min(edges, MAX_EDGES_PER_STEP)
    cited = _list_of(_index(edges), max_items)
    step = create_model("WrittenStep", __base__=Answered, text=(Sentences, ...), edges=(cited, ...))
    steps = _list_of(step, MAX_STEPS)
    conclusion = (Sentences, ...)
    return create_model("Reasoning", __base__=Answered, steps=(steps, ...), conclusion=conclusion)


def option_type(options: Sequence[Option]) -> type[BaseModel]:
    """`explanation`, the `label` of an option or null, and the `confidence` of it."""
    return _option_of(tuple(option.label for option in options), has_confidence=True)


def first_option_type(options: Sequence[Option]) -> type[BaseModel]:
    """What answer/v1 asks for, which has no confidence."""
    return _option_of(tuple(option.label for option in options), has_confidence=False)


@lru_cache(MAX_TYPES)
def _option_of(labels: tuple[str, ...], *, has_confidence: bool) -> type[BaseModel]:
    label: Any = Literal[labels]
    fields: dict[str, Any] = {"explanation": (Sentences, ...), "label": (label | None, ...)}
    if has_confidence:
        fields["confidence"] = (Confidence, ...)
    return create_model("ChosenOption", __base__=Answered, **fields)


def _choice(count: int) -> Any:
    """One of so many candidates or null; only null where there is none."""
    return TypeAliasType(f"Of{count}", _index(count) | None) if count else None


def _list_of(kind: Any, max_items: int) -> Any:
    """A list of at most so many of a type that was made for the request."""
    return Annotated[list[kind], Field(max_length=max_items)]
