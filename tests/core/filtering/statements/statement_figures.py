"""How many sentences the rules for statements decide, and how many rightly.

`python -m tests.core.filtering.statements.statement_figures` counts anew and prints the rows of
the table in docs/method.md.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from pipeline.core.filtering.statements import check_by_rules
from pipeline.core.kg.relations import spec_of
from pipeline.core.records import Edge, Step, StepCheck
from pipeline.statistics.intervals import proportion
from tests.core.filtering.statements import (
    fresh_wordings,
    last_wordings,
    negative_wordings,
    positive_wordings,
    traps,
)
from tests.core.filtering.statements.world import WORDINGS, nodes_named, step


class Case(NamedTuple):
    """What may come of a sentence (S, C, N or - for a reader), what does, and the sentence."""

    right: str
    outcome: str
    text: str

    @property
    def decided(self) -> bool:
        return self.outcome != "-"


def of_tables(*tables: Mapping) -> Iterator[Case]:
    """The sentences of negative_wordings and positive_wordings, each with the edge it cites."""
    for table in tables:
        for (relation, display, head, tail), texts_by_outcome in table.items():
            edge = Edge(0, 1, relation, display, spec_of(relation, display).polarity)
            names = {0: (head,), 1: (tail,)}
            for right, texts in texts_by_outcome.items():
                for text in texts:
                    yield Case(right, _outcome(check_by_rules(Step(1, text, (edge,)), names)), text)


def of_world(wordings: Iterable[tuple[str, str, str]]) -> Iterator[Case]:
    """Sentences that cite edges of world.EDGES."""
    for right, cited, text in wordings:
        check = check_by_rules(step(text, *cited.split()), WORDINGS, nodes_named)
        yield Case(right, _outcome(check), text)


def _outcome(check: StepCheck | None) -> str:
    return check.support.name[0] if check else "-"


def all_cases() -> dict[str, tuple[Case, ...]]:
    """Every sentence that was tried, by the part it belongs to."""
    negative = of_tables(negative_wordings.SEEN, negative_wordings.HELD_OUT)
    positive = of_tables(positive_wordings.SEEN, positive_wordings.HELD_OUT)
    return {
        "of negative edges, built on": tuple(negative),
        "of positive edges, built on": tuple(positive),
        "further ones, built on": tuple(of_world(fresh_wordings.WORDINGS)),
        "traps, built on": tuple(of_world(traps.WORDINGS)),
        "held out": tuple(of_world(last_wordings.WORDINGS)),
    }


def row(part: str, cases: tuple[Case, ...]) -> str:
    """The part's row of the table in docs/method.md."""
    decided = [case for case in cases if case.decided]
    right = sum(case.outcome in case.right for case in decided)
    shares = (_share(len(decided), len(cases)), _share(right, len(decided)))
    return f"| {part} | {len(cases)} | {' | '.join(shares)} |"


def _share(count: int, of: int) -> str:
    share = proportion(count, of)
    return f"{count} of {of}, {share.value:.1%} ({share.low:.1%} to {share.high:.1%})"


if __name__ == "__main__":
    for part, cases in all_cases().items():
        print(row(part, cases))
