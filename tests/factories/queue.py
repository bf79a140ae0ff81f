"""Large studies for measuring the queue, written as rows: PostgreSQL only.

Models are imported inside: the bench sets Django up first.
"""

import secrets
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from review.models import Reviewer, Study

Row = tuple[Any, ...]
ROWS_AT_ONCE = 5000


def people(name: str, count: int) -> list["Reviewer"]:
    """So many reviewers."""
    from tests import actors

    return [actors.reviewer(f"{name}{number}") for number in range(count)]


def insert_traces(count: int) -> None:
    """Many traces of one real record: what a trace says costs a claim nothing."""
    from django.db import connection

    from pipeline.models import Trace
    from tests import factories

    made = factories.made_batch(1, name="bench").traces.get()
    columns = [field.column for field in Trace._meta.concrete_fields if not field.primary_key]
    given = {
        "key": "gen_random_uuid()",
        "sample_index": "mod(n, 30000)",
        "attempt": "2 + n / 30000",
        "is_current": "false",
    }
    selected = ", ".join(given.get(column, f'"{column}"') for column in columns)
    quoted = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO pipeline_trace ({quoted}) SELECT {selected} FROM pipeline_trace,"  # noqa: S608
            " generate_series(0, %s) AS n WHERE id = %s",
            [count - 1, made.pk],
        )


def empty_study(name: str, people: list["Reviewer"], *, items: int, overlap: int) -> "Study":
    """A study of these people that is to have so many items; it has none yet."""
    from review.models import Study, StudyReviewer
    from review.queue.order import buckets_for
    from tests import actors

    study = Study.objects.create(
        name=name,
        reasoner_kind="demonstration",
        rubric_version="1",
        overlap=overlap,
        seed=7,
        buckets=buckets_for(items),
        created_by=actors.lead(f"lead of {name}"),
    )
    for person in people:
        StudyReviewer.objects.create(study=study, reviewer=person)
    return study


def add_items(study: "Study", count: int) -> None:
    """Items of the study, one a trace of `insert_traces`; no slots."""
    from django.db import connection

    from pipeline.models import Trace
    from review.models.items import Item
    from review.queue.order import bucket_of

    codes = [secrets.token_urlsafe(9) for _ in range(count)]
    traces = Trace.objects.filter(is_current=False).values_list("pk", flat=True)[:count]
    for start in range(0, count, ROWS_AT_ONCE):
        Item.objects.bulk_create(
            Item(
                study=study,
                trace_id=trace,
                code=code,
                inclusion_probability=1,
                bucket=bucket_of(code, seed=study.seed, buckets=study.buckets),
            )
            for trace, code in zip(
                traces[start : start + ROWS_AT_ONCE],
                codes[start : start + ROWS_AT_ONCE],
                strict=True,
            )
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def fill(study: "Study", people: list["Reviewer"], share: float) -> None:
    """Write the slots as they stand when the share is done, and each walk's cursor."""
    from django.db import connection

    from review.models import StudyReviewer
    from review.models.items import Item

    items = list(Item.objects.filter(study=study).values_list("pk", "code", "bucket"))
    graders, cursors = _walked(study, people, items, round(share * len(items) * study.overlap))
    with connection.cursor() as cursor:
        copy = "COPY review_slot (item_id, number, state, reviewer_id, position, fence) FROM STDIN"
        with cursor.copy(copy) as rows:
            for row in _slot_rows(items, graders, study.overlap):
                rows.write_row(row)
        cursor.execute("VACUUM ANALYZE review_slot")
    for person in people:
        at, dealt = cursors[person.pk]
        places = StudyReviewer.objects.filter(study=study, reviewer=person)
        places.update(cursor=at, dealt=dealt)


def _walked(
    study: "Study", people: list["Reviewer"], items: list[Row], done: int
) -> tuple[dict[int, list[tuple[int, int]]], dict[int, tuple[int, int]]]:
    """Who graded each item as which of theirs, and each reviewer's (cursor, dealt)."""
    from review.queue.order import bucket_order, rank_in_bucket

    graders: dict[int, list[tuple[int, int]]] = {pk: [] for pk, _, _ in items}
    cursors = {person.pk: (0, 0) for person in people}

    def walk(person: "Reviewer") -> Iterator[tuple[int, int]]:
        lap = bucket_order(study.seed, person.pk, study.buckets)
        at = {bucket: number for number, bucket in enumerate(lap)}
        keyed = [
            (at[bucket], rank_in_bucket(code, seed=study.seed, reviewer_id=person.pk), pk)
            for pk, code, bucket in items
        ]
        return ((pk, place) for place, _, pk in sorted(keyed))

    walks = {person.pk: walk(person) for person in people if done}
    while done:
        for reviewer, steps in walks.items():
            pk, at = next((pk, at) for pk, at in steps if len(graders[pk]) < study.overlap)
            dealt = cursors[reviewer][1] + 1
            graders[pk].append((reviewer, dealt))
            cursors[reviewer] = (at, dealt)
            done -= 1
            if not done:
                break
    return graders, cursors


def _slot_rows(
    items: list[Row], graders: dict[int, list[tuple[int, int]]], places: int
) -> Iterator[Row]:
    for pk, _, _ in items:
        filled = graders[pk]
        for number in range(places):
            reviewer, at = filled[number] if number < len(filled) else (None, None)
            yield pk, number + 1, "filled" if reviewer else "open", reviewer, at, 1
