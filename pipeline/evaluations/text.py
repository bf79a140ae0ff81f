"""An evaluation's figures as lines of text, for the command line."""

from collections.abc import Iterator

from pipeline.benchmarks.extraction import READ_STAGES, UNREAD_STAGES, stage_title
from pipeline.benchmarks.scoring.outcomes import AS_STATED, NOT_ANSWERED
from pipeline.benchmarks.scoring.scores import Scores
from pipeline.evaluations.results import scores_of
from pipeline.models import Evaluation
from pipeline.statistics.estimate import Estimate


def result_lines(evaluation: Evaluation) -> list[str]:
    """The state, the accuracy three ways, the stages, and whether answers follow the letter."""
    scores = scores_of(evaluation)
    return [
        f"{evaluation}: {evaluation.state}, {evaluation.questions:,} questions "
        f"({evaluation.items_sha256[:12]}).",
        *_accuracy_lines(scores),
        *_stage_lines(scores),
        *_order_lines(scores),
    ]


def estimate_text(estimate: Estimate) -> str:
    """A share with its 95 % interval, in percent, or why there is none: "41.2 % (35.8 to 46.8)"."""
    interval = interval_text(estimate)
    return f"{share_text(estimate)} ({interval})" if interval else share_text(estimate)


def share_text(estimate: Estimate) -> str:
    """A share in percent, or why there is none: "41.2 %"."""
    return f"none: {estimate.reason}" if estimate.value is None else percent(estimate.value)


def interval_text(estimate: Estimate) -> str:
    """The ends of its interval in percent, or why it has none: "35.8 to 46.8"."""
    if estimate.low is None or estimate.high is None:
        return "" if estimate.value is None else estimate.reason
    return f"{100 * estimate.low:.1f} to {100 * estimate.high:.1f}"


def stage_words(stage: str) -> str:
    """A stage in words, one of an earlier extractor and the lack of any output too."""
    if stage == NOT_ANSWERED:
        return "no output"
    known = stage in READ_STAGES or stage in UNREAD_STAGES
    return stage_title(stage) if known else stage.replace("_", " ")


def order_words(order: int) -> str:
    """An order of the options in words; the first is the source's own."""
    return "as stated" if order == AS_STATED else f"order {order + 1}"


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _accuracy_lines(scores: Scores) -> Iterator[str]:
    accuracy = scores.accuracy
    yield f"  {'accuracy, unread counted wrong':<42}{estimate_text(accuracy.headline)}"
    yield f"  {'of those read':<42}{estimate_text(accuracy.where_read)}"
    yield f"  {'if all unread were right':<42}{estimate_text(accuracy.highest)}"
    if accuracy.chance is not None:
        yield f"  {'by chance':<42}{percent(accuracy.chance)}"
    for sentence in accuracy.cautions:
        yield f"  {sentence}"


def _stage_lines(scores: Scores) -> Iterator[str]:
    for row in scores.funnel.rows:
        if row.items:
            is_read = "read" if row.is_read else "unread"
            yield f"  {is_read:<8}{stage_words(row.stage):<68}{row.items:>8,}"


def _order_lines(scores: Scores) -> Iterator[str]:
    if scores.over_orders.orders > 1:
        following = scores.letter_following
        yield f"  {'mean over orders':<42}{estimate_text(scores.over_orders.accuracy)}"
        yield f"  {'same letter, other content':<42}{estimate_text(following.letter)}"
        yield f"  {'same content, other letter':<42}{estimate_text(following.content)}"
        yield f"  {'neither':<42}{estimate_text(following.neither)}"
