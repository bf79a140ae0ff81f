"""An evaluation's figures as lines of text, for the command line."""

from collections.abc import Iterator

from pipeline.benchmarks.extraction import stage_title
from pipeline.benchmarks.scoring.outcomes import NOT_ANSWERED
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
    if estimate.value is None:
        return f"none: {estimate.reason}"
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.1%} ({estimate.reason})".replace("%", " %", 1)
    return f"{100 * estimate.value:.1f} % ({100 * estimate.low:.1f} to {100 * estimate.high:.1f})"


def _accuracy_lines(scores: Scores) -> Iterator[str]:
    accuracy = scores.accuracy
    yield f"  {'accuracy, unread counted wrong':<42}{estimate_text(accuracy.headline)}"
    yield f"  {'of those read':<42}{estimate_text(accuracy.where_read)}"
    yield f"  {'if all unread were right':<42}{estimate_text(accuracy.highest)}"
    if accuracy.chance is not None:
        yield f"  {'by chance':<42}{100 * accuracy.chance:.1f} %"
    for sentence in accuracy.cautions:
        yield f"  {sentence}"


def _stage_lines(scores: Scores) -> Iterator[str]:
    for row in scores.funnel.rows:
        if row.items:
            is_read = "read" if row.is_read else "unread"
            title = "no output" if row.stage == NOT_ANSWERED else stage_title(row.stage)
            yield f"  {is_read:<8}{title:<68}{row.items:>8,}"


def _order_lines(scores: Scores) -> Iterator[str]:
    if scores.over_orders.orders > 1:
        following = scores.letter_following
        yield f"  {'mean over orders':<42}{estimate_text(scores.over_orders.accuracy)}"
        yield f"  {'same letter, other content':<42}{estimate_text(following.letter)}"
        yield f"  {'same content, other letter':<42}{estimate_text(following.content)}"
        yield f"  {'neither':<42}{estimate_text(following.neither)}"
