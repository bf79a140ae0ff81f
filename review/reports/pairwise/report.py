"""The pairwise report: which batch raters prefer, by how much, and what would make that wrong."""

from collections import Counter

from pipeline.statistics.estimate import FEW_RATERS, Estimate
from review.reports.document import Headline, Report, Section
from review.reports.facts import Facts
from review.reports.pairwise import tables
from review.reports.pairwise.comparisons import TITLES, Comparisons, chosen_left, read_comparisons
from review.reports.wording import cell_text

ESTIMAND = (
    "The chance that a rater of this panel who prefers one of two chains of thought on the same "
    "question prefers that of the one batch over that of the other, for questions like those drawn."
)


def pairwise_report(facts: Facts) -> Report:
    """The report of a pairwise study."""
    compared = read_comparisons(facts.study)
    return Report(
        key="pairwise",
        title="Pairwise comparison",
        study=facts.study.name,
        sections=(
            Section(
                "preferences",
                "Which is preferred",
                tuple(_in_words(compared)),
                (
                    tables.chances_table(compared),
                    tables.counts_table(compared),
                    tables.strengths_table(compared),
                ),
            ),
            Section(
                "checks",
                "What would make it wrong",
                (),
                (tables.position_table(compared), tables.agreement_table(compared)),
            ),
            Section("flags", "Harm", (), (tables.flags_table(compared),)),
            Section(
                "design",
                "Who judged what",
                (),
                (
                    tables.batches_table(compared),
                    tables.drawn_table(facts.study),
                    tables.raters_table(compared),
                ),
            ),
        ),
        estimand=ESTIMAND,
        cautions=tuple(_cautions(compared)),
        headline=_headline(compared),
    )


def _headline(compared: Comparisons) -> Headline:
    """The overall preference between the first two batches, if there are two alone."""
    if len(compared.names) == 2 and compared.pairs:
        first, second = compared.names.values()
        chance = compared.preferences["better"].chance[0][1]
        return Headline(f"{first} preferred over {second}", chance, "share")
    return Headline("Judgements", len(compared.judged), "items")


def _in_words(compared: Comparisons) -> list[str]:
    """A sentence or two for each two batches, on the judgement as a whole."""
    place = {batch: number for number, batch in enumerate(compared.names)}
    said = []
    for first, second in compared.pairs:
        rows = compared.of_pair((first, second))
        counted = Counter(row.chosen["better"] for row in rows)
        one, other = compared.names[first], compared.names[second]
        chance = compared.preferences["better"].chance[place[first]][place[second]]
        said.append(
            f"Judgements of {one} beside {other}: {len(rows):,}. Better as a whole was {one} in "
            f"{counted['first']:,}, {other} in {counted['second']:,}, and neither in "
            f"{counted['tie']:,}. {_reading(one, other, chance)}"
        )
    return said


def _reading(one: str, other: str, chance: Estimate) -> str:
    """What the estimate says, and what it leaves open."""
    if chance.value is None:
        return f"No chance can be estimated: {chance.reason}."
    stated = (
        f"A rater who prefers one of them prefers {one} with a chance of "
        f"{cell_text(chance, 'share')}"
    )
    if chance.low is None or chance.high is None:
        return f"{stated}."
    if chance.low > 0.5:
        return f"{stated}: more than half, so {one} is preferred."
    if chance.high < 0.5:
        return f"{stated}: less than half, so {other} is preferred."
    return f"{stated}: the interval contains 50 %, so this does not show which is preferred."


def _cautions(compared: Comparisons) -> list[str]:
    cautions = []
    if compared.judged and compared.raters < FEW_RATERS:
        who = "1 rater" if compared.raters == 1 else f"{compared.raters} raters"
        cautions.append(
            f"{who}: the intervals say how the same would judge other questions, not what other "
            f"raters would say. That takes {FEW_RATERS} or more."
        )
    for criterion, title in TITLES.items():
        left = chosen_left(compared.judged, criterion)
        if left.low is not None and left.high is not None and not left.low <= 0.5 <= left.high:
            cautions.append(
                f"{title}: raters preferred the left one in {cell_text(left, 'share')}, more or "
                "less often than by chance."
            )
    return cautions
