"""PubMedQA (Jin et al. 2019): questions on PubMed abstracts; labelled, unlabelled, artificial.

The authors' JSON names its fields in capitals and keys records by PubMed id; the Parquet
edition has small letters and a nested context. Both are read.
"""

from collections.abc import Mapping

from pipeline.core.datasets.base import Adapter, Shape
from pipeline.core.datasets.cells import list_or_object
from pipeline.core.datasets.fields import InvalidRecord, Record, optional_text, shown, texts
from pipeline.core.datasets.mapping.field_mapping import FieldMapping, KeyField, OptionFields

_DECISIONS = ("yes", "no", "maybe")


def _prepared(record: Record) -> Record:
    """The record with small letters, and its abstract as one text.

    Records of other sources are left alone: what they lack is told by the shapes.
    """
    plain = _with_small_letters(record)
    decision = optional_text(plain, "final_decision")
    if decision and decision not in _DECISIONS:
        raise InvalidRecord(f"final_decision is {shown(decision)}; expected is yes, no or maybe.")
    return {**plain, "context": _context(plain)} if "pubid" in plain else plain


def _with_small_letters(record: Record) -> Record:
    if "QUESTION" not in record:
        return record
    lowered = {name.lower(): value for name, value in record.items()}
    # The authors' files have the PubMed id as the key of the record.
    ids = {"pubid": lowered["id"]} if "id" in lowered else {}
    return {
        **ids,
        **lowered,
        "context": {n: lowered[n] for n in ("contexts", "labels") if n in lowered},
    }


def _context(record: Record) -> str:
    """The abstract without its conclusion: one paragraph a section, headed by its label."""
    if record.get("context") is None:
        raise InvalidRecord("Field context is missing.")
    context = list_or_object(record["context"], "context")
    if not isinstance(context, Mapping):
        raise InvalidRecord("Field context is not an object.")
    paragraphs = texts(context, "contexts")
    if not paragraphs:
        raise InvalidRecord("Field contexts is empty.")
    if not context.get("labels"):
        return "\n\n".join(paragraphs)
    labels = texts(context, "labels")
    if len(labels) != len(paragraphs):
        raise InvalidRecord(f"{len(paragraphs)} contexts have {len(labels)} labels.")
    return "\n\n".join(f"{name}: {said}" for name, said in zip(labels, paragraphs, strict=True))


def _mapping(key: str, options: OptionFields | None) -> FieldMapping:
    return FieldMapping(
        question="question",
        keys=(KeyField(key, "text"),),
        options=options,
        context="context",
        long_answer="long_answer",
        id=("pubid",),
    )


# Without a decision the answer is the abstract's conclusion, in free text.
PUBMEDQA = Adapter(
    name="pubmedqa",
    title="PubMedQA (yes/no/maybe or free text)",
    shapes=(
        Shape(
            _mapping("final_decision", OptionFields("same", texts=_DECISIONS)),
            accepts=lambda record: bool(record.get("final_decision")),
        ),
        Shape(
            _mapping("long_answer", None),
            accepts=lambda record: not record.get("final_decision"),
            lacks_key="final_decision",
        ),
    ),
    prepare=_prepared,
)
