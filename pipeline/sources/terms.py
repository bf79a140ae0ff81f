"""Terms corrected by a lead: licence and leave to publication, with the reason, in the audit.

Releases that were made keep what was stated then, in their lines and files; the next preview goes
by what is stated now.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from pipeline.core.errors import Conflict, Refusal
from pipeline.core.licences import may_publish, written
from pipeline.models import Batch, Endpoint, Event, KnowledgeGraph, QuestionSet

WithTerms = QuestionSet | KnowledgeGraph | Endpoint | Batch
# Licence and leave, as each row calls them, and what its audit events are called.
COLUMNS = {
    QuestionSet: ("licence", "may_be_released", "question_set"),
    KnowledgeGraph: ("licence", "may_be_released", "knowledge_graph"),
    Endpoint: ("output_licence", "output_may_be_released", "endpoint"),
    Batch: ("text_licence", "text_may_be_released", "batch"),
}


@dataclass(frozen=True, slots=True)
class StatedTerms:
    """A licence as it is stated (empty: it is not), leave to publish what is made of the part,
    and, for a graph, where its file comes from."""

    licence: str
    may_be_released: bool
    source: str = ""

    @classmethod
    def of(cls, row: WithTerms) -> "StatedTerms":
        """What is stated of a question set, a graph, an endpoint's output, or imported texts."""
        licence, leave, _ = COLUMNS[type(row)]
        source = row.source if isinstance(row, KnowledgeGraph) else ""
        return cls(getattr(row, licence), getattr(row, leave), source)

    def as_columns(self, row: WithTerms) -> dict[str, Any]:
        """The columns of the row that say it."""
        licence, leave, _ = COLUMNS[type(row)]
        source = {"source": self.source} if isinstance(row, KnowledgeGraph) else {}
        return {licence: self.licence, leave: self.may_be_released, **source}

    def as_payload(self) -> dict[str, Any]:
        """What an event says of them."""
        leave = "may be released" if self.may_be_released else "kept out of releases"
        return {"licence": self.licence or "not stated", "leave": leave, "source": self.source}


def set_terms(
    row: WithTerms, *, terms: StatedTerms, shown: StatedTerms, reason: str, by: User | None = None
) -> None:
    """State the terms of a question set, a graph, or an endpoint's output.

    `shown` are those that the person has seen: raises Conflict where they have changed since,
    Refusal without a reason, for what is stated already, or for leave that the licence rules out.
    """
    terms = StatedTerms(written(terms.licence), terms.may_be_released, terms.source.strip())
    if terms.may_be_released:
        may_publish(terms.licence, True)
    if not reason.strip():
        raise Refusal("Say why the terms are changed: the audit keeps it.", field="reason")
    if terms == shown:
        raise Refusal("Nothing is changed: these terms are stated already.")
    with transaction.atomic():
        rows = type(row)._default_manager.filter(pk=row.pk, **shown.as_columns(row))
        if not rows.update(**terms.as_columns(row)):
            raise Conflict("What you were shown has changed since: look at it again.")
        Event.objects.record(
            f"{COLUMNS[type(row)][2]}.terms_changed",
            row,
            by=by,
            name=str(row),
            **terms.as_payload(),
            **{f"earlier_{part}": value for part, value in shown.as_payload().items()},
            reason=reason.strip(),
        )
    row.refresh_from_db()
