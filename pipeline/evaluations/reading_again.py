"""Reading the outputs of an evaluation again, by the extractor of this version of the program.

Two evaluations read by different rules are not comparable: a better extractor reads the earlier
outputs too. Nothing is asked, and no output changes.
"""

from collections.abc import Iterable

from django.contrib.auth.models import User

from pipeline import store
from pipeline.benchmarks.extraction import EXTRACTOR_VERSION
from pipeline.evaluations.reading import read_output
from pipeline.models import Evaluation, EvaluationItem, Event

CHUNK_SIZE = 500
READ = ("stage", "letter", "label", "extractor")


def read_again(evaluation: Evaluation, *, by: User | None = None) -> int:
    """Read every output anew; returns how many letters changed.

    What was withheld was never read, and stays as it is. What workers are making meanwhile is
    read by their own version. Written a chunk at a time, so that others can write too: one that is
    broken off has read some outputs anew, and is begun again.
    """
    changed, last = 0, 0
    made = evaluation.answers.filter(state=EvaluationItem.State.MADE).exclude(extractor="")
    earlier = sorted(set(made.values_list("extractor", flat=True)))
    rows = made.order_by("pk").select_related("question__question_set")
    while chunk := list(rows.filter(pk__gt=last)[:CHUNK_SIZE]):
        changed, last = changed + _read_chunk(chunk), chunk[-1].pk
    Event.objects.record(
        "evaluation.read_again",
        evaluation,
        by=by,
        earlier=earlier,
        extractor=EXTRACTOR_VERSION,
        changed=changed,
    )
    return changed


def _read_chunk(items: Iterable[EvaluationItem]) -> int:
    changed = []
    for item in items:
        letter = item.letter
        columns = read_output(
            item.output,
            store.question_record(item.question),
            item.shown,
            finish_reason=item.finish_reason,
        )
        for name in READ:
            setattr(item, name, columns[name])
        changed.append(item.letter != letter)
    EvaluationItem.objects.bulk_update(items, READ)
    return sum(changed)
