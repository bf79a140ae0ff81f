"""Choices: what a release is made of, refused where its parts do not go together."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.core.duplicates.splits import DEFAULT_SHARES, check_shares
from pipeline.core.errors import Refusal
from pipeline.core.records import ReasonerKind
from pipeline.models import Batch
from review.evidence.policies import Rules, rules_of
from review.models import Release, Study


class CannotRelease(Refusal):
    """Nothing can be released as asked; the message says why, for the lead."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What a lead chose: batches, evidence, rules, the splits' shares and seed.

    Without batches the release holds items of the studies alone. `with_comments`: raters' free
    text is in the archive.
    """

    batches: Sequence[Batch]
    studies: Sequence[Study]
    rules: Rules
    shares: Mapping[str, float] = field(default_factory=lambda: dict(DEFAULT_SHARES))
    seed: int = 0
    with_comments: bool = False


def choices_of(release: Release) -> Choices:
    """What a release that was begun is made of."""
    return Choices(
        batches=tuple(release.batches.order_by("pk")),
        studies=tuple(release.studies.order_by("pk")),
        rules=rules_of(release),
        shares=release.split_shares or dict(DEFAULT_SHARES),
        seed=release.split_seed,
        with_comments=release.with_comments,
    )


def check_choices(choices: Choices) -> str:
    """The kind of reasoner of what would be released. Raises CannotRelease.

    Demonstration traces never mix with others. Imported chains of thought may stand beside
    those of language models: then the kind is the language models', and each row has its own.
    """
    _check_batches(choices)
    _check_evidence(choices)
    try:
        check_shares(choices.shares)
    except ValueError as error:
        raise CannotRelease(str(error), field="shares") from error
    kinds = {batch.reasoner_kind for batch in choices.batches}
    kinds |= {study.reasoner_kind for study in choices.studies}
    if len(kinds) > 1 and ReasonerKind.DEMONSTRATION in kinds:
        raise CannotRelease("A release cannot mix demonstration traces with any others.")
    return ReasonerKind.LANGUAGE_MODEL.value if len(kinds) > 1 else str(kinds.pop())


def _check_batches(choices: Choices) -> None:
    if not choices.batches and not choices.studies:
        raise CannotRelease("Choose at least one batch, or a study whose items are released.")
    if trials := [str(batch) for batch in choices.batches if batch.is_trial]:
        raise CannotRelease(
            f"{', '.join(trials)}: a trial shows what settings give, and is never released."
        )


def _check_evidence(choices: Choices) -> None:
    if pairwise := [str(study) for study in choices.studies if study.is_pairwise]:
        raise CannotRelease(
            f"{', '.join(pairwise)}: in a pairwise study traces are compared, not graded.",
            field="studies",
        )
    released = {batch.pk: batch.name for batch in choices.batches}
    sampled: Counter[str] = Counter()
    for study in choices.studies:
        names = dict(study.batches.values_list("pk", "name"))
        shared = names.keys() & released.keys() if released else names.keys()
        if not shared:
            raise CannotRelease(
                f"The study {study} sampled none of the chosen batches: it says nothing of them.",
                field="studies",
            )
        sampled.update(names[pk] for pk in shared)
    if twice := sorted(name for name, count in sampled.items() if count > 1):
        raise CannotRelease(
            f"Several of the chosen studies sampled {', '.join(twice)}: choose one of them, since "
            "a release has to say whose grades count.",
            field="studies",
        )
