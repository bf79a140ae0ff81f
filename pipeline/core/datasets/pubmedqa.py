"""PubMedQA (Jin et al. 2019): questions on PubMed abstracts; labelled, unlabelled, artificial.

The authors' JSON names its fields in capitals and keys records by PubMed id; the Parquet
edition has small letters and a nested context. Both are read.
"""

from collections.abc import Mapping

from pipeline.core.datasets.base import Adapter
from pipeline.core.datasets.fields import (
    InvalidRecord,
    identifier,
    optional_text,
    shown,
    text,
    texts,
)
from pipeline.core.records import Option, Question

_DECISIONS = (Option("A", "yes"), Option("B", "no"), Option("C", "maybe"))


def parse(record: Mapping[str, object], position: int) -> Question:
    """A PubMedQA question with its abstract as context.

    With a final decision the options are yes, no and maybe; without one the answer is the
    abstract's conclusion, in free text.
    """
    plain = _with_small_letters(record)
    decision = optional_text(plain, "final_decision")
    long_answer = optional_text(plain, "long_answer") if decision else text(plain, "long_answer")
    return Question(
        source="pubmedqa",
        id_in_source=identifier(plain, "pubid"),
        text=text(plain, "question"),
        options=_DECISIONS if decision else (),
        answer_label=_label(decision) if decision else None,
        answer_text=decision or long_answer,
        context=_context(plain),
        long_answer=long_answer,
    )


def _with_small_letters(record: Mapping[str, object]) -> Mapping[str, object]:
    if "QUESTION" not in record:
        return record
    lowered = {name.lower(): value for name, value in record.items()}
    return {**lowered, "context": {n: lowered[n] for n in ("contexts", "labels") if n in lowered}}


def _label(decision: str) -> str:
    for option in _DECISIONS:
        if option.text == decision:
            return option.label
    raise InvalidRecord(f"final_decision is {shown(decision)}; expected is yes, no or maybe.")


def _context(record: Mapping[str, object]) -> str:
    """The abstract without its conclusion: one paragraph a section, headed by its label."""
    context = record.get("context")
    if not isinstance(context, Mapping):
        raise InvalidRecord("Field context is missing or is not an object.")
    paragraphs = texts(context, "contexts")
    if not paragraphs:
        raise InvalidRecord("Field contexts is empty.")
    if not context.get("labels"):
        return "\n\n".join(paragraphs)
    labels = texts(context, "labels")
    if len(labels) != len(paragraphs):
        raise InvalidRecord(f"{len(paragraphs)} contexts have {len(labels)} labels.")
    return "\n\n".join(f"{name}: {said}" for name, said in zip(labels, paragraphs, strict=True))


PUBMEDQA = Adapter(name="pubmedqa", title="PubMedQA (yes/no/maybe or free text)", parse=parse)
