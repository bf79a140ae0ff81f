"""Which questions of a benchmark stand in which release: by id, exactly, or nearly.

A release leaves out what a benchmark asks that was loaded when it was made. Benchmarks that came
later are found here, so that a result on them can say which questions a model may have learnt.
"""

from collections.abc import Iterator

from pipeline import store
from pipeline.benchmarks.overlaps import SAME, Hit, Lookup
from pipeline.models import Question, QuestionSet
from pipeline.sources.described_files import sources_without_ids
from review.models import Release, ReleasedTrace
from review.releases.selection.contamination import Match

RANKS = {"near": 0, "exact": 1, "id": 2}
# Questions of releases that are asked for at once.
AT_ONCE = 500


def release_contamination(benchmark: QuestionSet) -> dict[Release, dict[int, Match]]:
    """For every frozen release the benchmark's questions that stand in it, by row id.

    Each with the released question that is most like it: the same id in the same source (`id`),
    the same text and options (`exact`), or a near duplicate (`near`). Withdrawn releases count,
    for models may have been trained on them; so do lines that are frozen for training alone.
    Every released question is compared once, and only what was found is held in memory.
    """
    found = _Found(benchmark)
    releases = Release.objects.exclude(state__in=Release.UNFROZEN).defer("manifest", "texts")
    for row in _released_questions():
        found.look_up(row)
    return {release: found.within(release) for release in releases}


def _released_questions() -> Iterator[Question]:
    """Every question of any frozen release, once."""
    lines = ReleasedTrace.objects.exclude(release__state__in=Release.UNFROZEN)
    rows = Question.objects.filter(pk__in=lines.values("trace__question"))
    return rows.select_related("question_set").order_by("pk").iterator(AT_ONCE)


class _Found:
    """What released questions repeat of a benchmark, by the released question's row id."""

    def __init__(self, benchmark: QuestionSet) -> None:
        self._benchmark = benchmark
        self._rows = list(benchmark.questions.select_related("question_set"))
        self._lookup = Lookup([store.question_record(row) for row in self._rows])
        self._by_id: dict[str, int] = {}
        if benchmark.source not in sources_without_ids():
            self._by_id = {row.id_in_source: n for n, row in enumerate(self._rows)}
        self._matches: dict[int, list[tuple[int, Match]]] = {}

    def look_up(self, released: Question) -> None:
        """Compare a released question with the whole benchmark."""
        matches = [
            (self._rows[hit.position].pk, self._match(released, hit, hit.kind))
            for hit in self._lookup.hits(store.question_record(released))
        ]
        same_source = released.question_set.source == self._benchmark.source
        if same_source and (position := self._by_id.get(released.id_in_source)) is not None:
            hit = Hit(position, "exact", SAME)
            matches.append((self._rows[position].pk, self._match(released, hit, "id")))
        if matches:
            self._matches[released.pk] = matches

    def within(self, release: Release) -> dict[int, Match]:
        """The most alike of each of the benchmark's questions within one release."""
        best: dict[int, Match] = {}
        for released in self._questions_of(release):
            for question, match in self._matches[released]:
                known = best.get(question)
                if known is None or _rank(match) > _rank(known):
                    best[question] = match
        return best

    def _questions_of(self, release: Release) -> list[int]:
        """Those of the release that repeat anything, in order."""
        lines = release.lines.values_list("trace__question", flat=True).order_by("trace__question")
        wanted = list(self._matches)
        found: set[int] = set()
        for begin in range(0, len(wanted), AT_ONCE):
            part = wanted[begin : begin + AT_ONCE]
            found.update(lines.filter(trace__question__in=part).distinct())
        return sorted(found)

    def _match(self, released: Question, hit: Hit, by: str) -> Match:
        identifier = self._rows[hit.position].id_in_source
        return Match(str(released), self._benchmark.name, identifier, by, hit.score)


def _rank(match: Match) -> tuple[int, float]:
    return RANKS[match.by], match.score
