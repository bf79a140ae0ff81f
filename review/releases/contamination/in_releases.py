"""Which questions of a benchmark stand in which release: by id, exactly, or nearly.

A release leaves out what a benchmark asks that was loaded when it was made. Benchmarks that came
later are found here, so that a result on them can say which questions a model may have learnt.
Lines never change once frozen: what was found is kept in the cache, and found again without it.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from django.core.cache import cache

from pipeline import store
from pipeline.benchmarks.overlaps import SAME, Hit, Lookup
from pipeline.core.duplicates.near_duplicates import NEAR
from pipeline.models import Question, QuestionSet
from pipeline.sources.described_files import sources_without_ids
from review.models import Release, ReleasedTrace
from review.releases.contamination.benchmarks import Match

# Goes up with every change of what counts as a match.
RULE = 1
RANKS = {"near": 0, "exact": 1, "id": 2}
# Questions of releases that are asked for at once.
AT_ONCE = 500

Matches = dict[int, Match]


def release_contamination(benchmark: QuestionSet) -> dict[Release, Matches]:
    """For every frozen release the benchmark's questions that stand in it, by row id.

    Each with the released question that is most like it: the same id in the same source (`id`),
    the same text and options (`exact`), or a near duplicate (`near`). Withdrawn releases count,
    for models may have been trained on them; so do lines that are frozen for training alone.
    """
    frozen = Release.objects.exclude(state__in=Release.UNFROZEN).defer("manifest", "texts")
    releases, content = list(frozen), _content(benchmark)
    keys = {release: _key(release, content) for release in releases}
    known = cache.get_many(keys.values())
    unknown = [release for release in releases if keys[release] not in known]
    found = _found_in(benchmark, unknown) if unknown else {}
    cache.set_many({keys[release]: _written(found[release]) for release in unknown}, timeout=None)
    return {
        release: found[release] if release in found else _read(known[keys[release]])
        for release in releases
    }


def _content(benchmark: QuestionSet) -> str:
    """A hash of all that its questions say, and of the rows that they are."""
    rows = benchmark.questions.order_by("pk").values_list("pk", "content_sha256")
    return hashlib.sha256(json.dumps(list(rows)).encode()).hexdigest()


def _key(release: Release, content: str) -> str:
    return f"contamination:{RULE}:{NEAR:g}:{release.pk}:{release.sha256[:16]}:{content}"


def _written(matches: Matches) -> str:
    return json.dumps({question: asdict(match) for question, match in matches.items()})


def _read(text: str) -> Matches:
    return {int(question): Match(**match) for question, match in json.loads(text).items()}


def _found_in(benchmark: QuestionSet, releases: Sequence[Release]) -> dict[Release, Matches]:
    """Looks every question of these releases up once, and holds in memory what was found."""
    found = _Found(benchmark)
    for row in _released_questions(releases):
        found.look_up(row)
    return {release: found.within(release) for release in releases}


def _released_questions(releases: Sequence[Release]) -> Iterator[Question]:
    lines = ReleasedTrace.objects.filter(release__in=[release.pk for release in releases])
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
        hits = self._lookup.hits(store.question_record(released))
        matches = [self._match(released, hit, hit.kind) for hit in hits]
        same_source = released.question_set.source == self._benchmark.source
        if same_source and (position := self._by_id.get(released.id_in_source)) is not None:
            matches.append(self._match(released, Hit(position, "exact", SAME), "id"))
        if matches:
            self._matches[released.pk] = matches

    def _match(self, released: Question, hit: Hit, by: str) -> tuple[int, Match]:
        row = self._rows[hit.position]
        match = Match(str(released), self._benchmark.name, row.id_in_source, by, hit.score)
        return row.pk, match

    def within(self, release: Release) -> Matches:
        """The most alike of each of the benchmark's questions within one release."""
        best: Matches = {}
        for released in self._questions_of(release):
            for question, match in self._matches[released]:
                if question not in best or _rank(match) > _rank(best[question]):
                    best[question] = match
        return best

    def _questions_of(self, release: Release) -> list[int]:
        """Those of the release that repeat anything, in order."""
        asked = release.lines.order_by().values_list("trace__question", flat=True).distinct()
        wanted = list(self._matches)
        parts = (wanted[begin : begin + AT_ONCE] for begin in range(0, len(wanted), AT_ONCE))
        return sorted(pk for part in parts for pk in asked.filter(trace__question__in=part))


def _rank(match: Match) -> tuple[int, float]:
    return RANKS[match.by], match.score
