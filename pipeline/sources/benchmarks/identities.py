"""What each benchmark is and where its questions stand too: worked out by a worker, and kept.

Comparing 4,000 questions with 4,000 takes seconds and with a training set of 180,000 minutes, so
no page does it. What a set was compared with is known by revisions: only what changed is compared
again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from django.db.models import Q

from pipeline import store
from pipeline.benchmarks.identity import benchmark_identity, question_clusters
from pipeline.benchmarks.overlaps import Lookup, Overlap, most_alike
from pipeline.core.records import Question
from pipeline.db.leases import end_lease, expired, leased_rows, renewed_lease, take_lease
from pipeline.models import BenchmarkIdentity, QuestionSet

# Of repeats and of overlaps so many are kept with their questions; all are counted.
MOST_KEPT = 200
ROWS_AT_ONCE = 500


def out_of_date() -> list[QuestionSet]:
    """Benchmarks of which something is not worked out, or was before questions changed."""
    sets = list(QuestionSet.objects.select_related("identity"))
    return [row for row in sets if row.is_benchmark and not is_current(identity_of(row), sets)]


def identity_of(row: QuestionSet) -> BenchmarkIdentity:
    """What is known of a benchmark; an empty row where nothing is yet."""
    return getattr(row, "identity", None) or BenchmarkIdentity(question_set=row)


def is_current(identity: BenchmarkIdentity, sets: Iterable[QuestionSet]) -> bool:
    """Whether a benchmark's identity and its overlaps with all these sets are as they are now."""
    return is_identified(identity) and not list(_to_compare(identity, sets))


def is_identified(identity: BenchmarkIdentity) -> bool:
    """Whether hash, counts and repeats are those of the set's present questions."""
    return identity.revision == identity.question_set.revision


def _to_compare(identity: BenchmarkIdentity, sets: Iterable[QuestionSet]) -> Iterator[QuestionSet]:
    """The other sets that it was not compared with as they are now."""
    for other in sets:
        known = identity.overlaps.get(str(other.pk), {}).get("revision")
        if other.pk != identity.question_set_id and known != other.revision:
            yield other


def work_out(row: QuestionSet) -> None:
    """Work out what is missing or out of date of a benchmark; nothing while another worker does.

    Kept step by step: what a killed worker had compared is not compared again.
    """
    identity, _ = BenchmarkIdentity.objects.get_or_create(question_set=row)
    free = BenchmarkIdentity.objects.filter(Q(lease_token=None) | expired())
    if not take_lease(identity, free):
        return
    try:
        with renewed_lease(identity):
            _work_out(identity)
    finally:
        end_lease(leased_rows(identity))


def _work_out(identity: BenchmarkIdentity) -> None:
    questions = list(_records(identity.question_set))
    if not is_identified(identity):
        _keep(identity, overlaps={}, **_identified(identity.question_set, questions))
    lookup: Lookup | None = None
    for other in _to_compare(identity, QuestionSet.objects.all()):
        lookup = lookup or Lookup(questions)
        found = most_alike(lookup, _records(other))
        overlaps = identity.overlaps | {str(other.pk): _overlap_facts(other.revision, found)}
        _keep(identity, overlaps=overlaps)


def _records(row: QuestionSet) -> Iterator[Question]:
    rows = row.questions.select_related("question_set").iterator(ROWS_AT_ONCE)
    return map(store.question_record, rows)


def _identified(row: QuestionSet, questions: list[Question]) -> dict[str, Any]:
    found = benchmark_identity(questions)
    asked = [question for question in questions if question.options]
    return {
        "revision": row.revision,
        "sha256": found.sha256,
        "questions": found.n,
        "open_ended": found.open_ended,
        "clusters": len(set(question_clusters(asked))),
        "options": found.options,
        "repeat_groups": len(found.repeats),
        "repeats": [[one.questions, one.keys] for one in found.repeats[:MOST_KEPT]],
    }


def _overlap_facts(revision: int, found: list[Overlap]) -> dict[str, Any]:
    return {
        "revision": revision,
        "exact": sum(overlap.kind == "exact" for overlap in found),
        "near": sum(overlap.kind == "near" for overlap in found),
        "other_key": sum(not overlap.same_key for overlap in found),
        "pairs": [asdict(overlap) for overlap in found[:MOST_KEPT]],
    }


def _keep(identity: BenchmarkIdentity, **columns: Any) -> None:
    """Save columns while the lease is held; what another worker took over is left to it."""
    for name, value in columns.items():
        setattr(identity, name, value)
    leased_rows(identity).update(**columns)
