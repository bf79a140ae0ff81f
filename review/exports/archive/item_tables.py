"""Items: what was graded, what is known of the trace, and what its grades come to."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from django.db.models import Count, Q

from pipeline.statistics.estimation.ratio_estimator import FOLDS
from pipeline.statistics.trace_columns import filters_run
from review.evidence.items import Evidence
from review.evidence.waiting import UNFILLED
from review.exports.archive.contents import Contents, in_blocks
from review.exports.archive.tables import ArchiveTable, Field
from review.models import Item

Row = Sequence[Any]
OUTDATED = re.compile(r"answer key wrong, (.*) is right", re.DOTALL)
EXPECTED = ("precision", "coherence", "decision", "tolerance")


def item_rows(contents: Contents) -> Iterator[Row]:
    """Every item of the study, in the order of their making."""
    to_come = Q(slots__state__in=UNFILLED)
    rows = contents.item_rows().annotate(to_come=Count("slots", filter=to_come))
    rows = rows.select_related("trace__batch", "trace__question__question_set")
    wanted = rows.only(
        "repeat_of",
        "trace__batch__name",
        "trace__question__id_in_source",
        "trace__question__question_set__name",
    )
    for row in in_blocks(wanted):
        yield _item(contents, row, contents.evidence[row.pk])


def _item(contents: Contents, row: Item, item: Evidence) -> Row:
    question, features = row.trace.question, item.features
    expected = item.expected or {}
    return (
        contents.items[row.pk],
        item.code,
        item.kind,
        item.arm,
        contents.items.get(row.repeat_of_id or 0),
        item.trace,
        row.trace.batch.name,
        contents.questions[item.question],
        question.question_set.name,
        question.id_in_source,
        item.source,
        item.specialty,
        item.stratum,
        item.phase,
        item.probability,
        1 / item.probability if item.probability else None,
        "kept" if item.kept else "discarded",
        *(expected.get(name) for name in EXPECTED),
        contents.facts.learned_score.by_item.get(item.item),
        features.path_length,
        features.paths,
        features.cited_paths,
        features.steps,
        features.uncited_steps,
        features.grouped,
        features.negative,
        row.to_come,  # type: ignore[attr-defined]
        _right_key(item),
    )


def _right_key(item: Evidence) -> str:
    """The question's key, where the trace was made with one that has been corrected since."""
    said = OUTDATED.fullmatch(item.key_exclusion)
    return said[1] if said else ""


def kind_rows(contents: Contents) -> Iterator[Row]:
    """Relations, search layers and linking stages of each item's trace."""
    for pk, item in contents.evidence.items():
        features = item.features
        kinds = {"relation": features.relations, "layer": features.layers, "stage": features.stages}
        for name, values in kinds.items():
            for value in values:
                yield contents.items[pk], name, str(value)


def filter_rows(contents: Contents) -> Iterator[Row]:
    """What each filter said of each item's trace, in the order in which it looked at it."""
    names = filters_run([item.features for item in contents.evidence.values()])
    for pk, item in contents.evidence.items():
        for result in item.features.filters:
            yield (
                contents.items[pk],
                result.name,
                names.index(result.name) + 1,
                result.passed,
                result.score,
                result.decides,
            )


def consensus_rows(contents: Contents) -> Iterator[Row]:
    """What the product concludes of each item; the scripts conclude it again."""
    for pk, item in contents.evidence.items():
        agreed = item.consensus
        yield (
            contents.items[pk],
            item.unanswered,
            agreed.decision if agreed else "",
            agreed.precision if agreed else None,
            agreed.coherence if agreed else None,
            agreed.basis if agreed else "",
            agreed.ratings if agreed else None,
            item.open_safety_flag,
            item.waits_for,
        )


def fold_rows(contents: Contents) -> Iterator[Row]:
    """The fold of each sampled question, as the assisted estimator draws them."""
    questions = list(dict.fromkeys(item.question for item in contents.facts.items))
    folds = np.random.default_rng(0).permutation(len(questions)) % FOLDS
    for question, fold in zip(questions, folds.tolist(), strict=True):
        yield contents.questions[question], fold


ITEM = Field("item", "whole number", "Number of the item in this archive.")
ITEMS = ArchiveTable(
    "items",
    "one item of the study: one trace in it",
    (
        ITEM,
        Field("code", "text", "The item's code, as on its page."),
        Field(
            "kind",
            "text",
            "Only sampled items stand for the batch; raters never saw which is which.",
            values="sampled, control, repeat, placebo",
        ),
        Field(
            "arm",
            "text",
            "What the trace argues for: the answer key, or a wrong option.",
            values="key, placebo_random, placebo_nearest",
        ),
        Field("repeat_of", "whole number", "The item that a repeat repeats."),
        Field("trace", "text", "Key of the trace, as in the data set."),
        Field("batch", "text", "Batch that made the trace."),
        Field("question", "whole number", "Number of the question: the cluster of all intervals."),
        Field("question_set", "text", "Name of the question set."),
        Field("id_in_source", "text", "The question's id in its set."),
        Field("source", "text", "Kind of question file."),
        Field("specialty", "text", "Specialty of the question; empty: not stated."),
        Field("stratum", "text", "Stratum of the sample; empty for items that were not drawn."),
        Field("phase", "whole number", "Phase of the sample that drew it.", values="from 1"),
        Field(
            "inclusion_probability",
            "number",
            "Chance with which the sample took the trace, over all phases; empty: not drawn.",
            values="above 0, to 1",
        ),
        Field("design_weight", "number", "1 over that chance.", "traces"),
        Field("verdict", "text", "Of the automatic filters.", values="kept, discarded"),
        Field("expected_precision", "whole number", "Known grade of a control item.", "points"),
        Field("expected_coherence", "whole number", "Known grade of a control item.", "points"),
        Field("expected_decision", "text", "Known decision of a control item; empty: any."),
        Field("expected_tolerance", "whole number", "How far a grade may be off.", "points"),
        Field(
            "learned_score",
            "number",
            "Learned chance of being acceptable, by a model that saw no grade of the question.",
            values="0 to 1",
        ),
        Field("path_length", "whole number", "Of the longest cited path; 0: none.", "edges"),
        Field("paths", "whole number", "Paths found.", "paths"),
        Field("cited_paths", "whole number", "Of these, cited by a step.", "paths"),
        Field("steps", "whole number", "Steps of the chain of thought.", "steps"),
        Field("uncited_steps", "whole number", "Of these, without an edge.", "steps"),
        Field("grouped", "yes or no", "A grouped disease is on a cited path.", values="0, 1"),
        Field("negative", "yes or no", "A negative edge is cited.", values="0, 1"),
        Field("grades_to_come", "whole number", "Places for a grade not filled yet.", "grades"),
        Field("right_key", "text", "The key, where it was corrected after the trace was made."),
    ),
    item_rows,
)
KINDS = ArchiveTable(
    "item_kinds",
    "one value of a feature of which a trace may have several",
    (
        ITEM,
        Field(
            "of",
            "text",
            "Relation cited by a step, search layer of a cited path, how its ends were linked.",
            values="relation, layer, stage",
        ),
        Field("value", "text", "The value."),
    ),
    kind_rows,
)
FILTERS = ArchiveTable(
    "filters",
    "one filter's result for one item; a filter that did not look at it has no row",
    (
        ITEM,
        Field("filter", "text", "Name of the filter."),
        Field("place", "whole number", "Its place in the order of reports."),
        Field("passed", "yes or no", "Whether the trace passed.", values="0, 1"),
        Field("score", "number", "Its score; empty: it gives none."),
        Field("decides", "yes or no", "Whether it counted in the verdict.", values="0, 1"),
    ),
    filter_rows,
)
CONSENSUS = ArchiveTable(
    "consensus",
    "what the grades, settlements and rulings of one item come to",
    (
        ITEM,
        Field("unanswered", "text", "Why no consensus counts; empty: one does."),
        Field("decision", "text", "Joint decision.", values="accept, revise, reject"),
        Field("precision", "number", "Median, or as settled.", "points", "1 to 5"),
        Field("coherence", "number", "Median, or as settled.", "points", "1 to 5"),
        Field("basis", "text", "What it rests on.", values="single, agreement, adjudicated"),
        Field("ratings", "whole number", "Ratings behind it.", "grades"),
        Field("open_safety_flag", "text", "Worst that stands.", values="mild, moderate, severe"),
        Field(
            "waits_for",
            "text",
            "What may still change it; empty: nothing.",
            values="adjudication, grade",
        ),
    ),
    consensus_rows,
)
ASSISTED_FOLDS = ArchiveTable(
    "folds",
    "one sampled question; the assisted estimate takes its slope from the other folds",
    (
        Field("question", "whole number", "The question."),
        Field("fold", "whole number", "Its fold, drawn at random.", values="0 to 4"),
    ),
    fold_rows,
)
TABLES = (ITEMS, KINDS, FILTERS, CONSENSUS, ASSISTED_FOLDS)
