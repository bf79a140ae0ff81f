"""A scripted study: 2,000 traces and twelve raters of known error, as the facts of a study.

Two raters drop out half-way, the others grade their places; some items end without an answer;
control items and repeats are among them. What the panel says of every trace of the batch is
known, also of those never drawn.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from pipeline.core.features import FilterFeature, TraceFeatures
from pipeline.core.records import LinkStage, SearchLayer
from pipeline.statistics.consensus import Consensus, Rating, consensus
from review.evidence.grade_records import GradeRecord, PathGradeRecord
from review.evidence.items import Evidence
from review.grading.rubric import CURRENT
from review.models import Study
from review.reports.facts import Facts
from review.sampling.draw import SampledTrace, draw
from tests.review.scripted_panel import PANEL, SPECIALTIES, Rater

SOURCES = (("medqa", 0.55, 0.3), ("pubmed", 0.3, 0.0), ("house", 0.15, -0.3))
RELATIONS = ("indication", "contraindication", "disease_phenotype_positive", "drug_effect")
FILTERS = ("format", "leakage", "answer", "grounding")
STEPS, PATHS = 4, 2
DECISIONS = ("reject", "revise", "accept")


@dataclass
class ScriptedStudy:
    """One world under its seed. `label` is what the panel says of each trace: 1 accepts."""

    seed: int
    traces: int = 2000
    drawn: int = 700
    overlap: int = 2
    reliability_overlap: int = 4
    panel: tuple[Rater, ...] = PANEL
    label: np.ndarray = field(init=False)
    kept: np.ndarray = field(init=False)
    source: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.chance = np.random.default_rng(self.seed)
        self._make_batch()
        self._grade_batch()

    def truth(self, name: str, *, source: int | None = None) -> float:
        """What the estimators of this name should find, for the batch or one source."""
        inside = np.ones(self.traces, bool) if source is None else self.source == source
        good, kept = (self.label == 1) & inside, self.kept & inside
        parts = {
            "share": (good, inside),
            "positive predictive value": (good & kept, kept),
            "sensitivity": (good & kept, good),
            "specificity": (~good & ~kept & inside, ~good & inside),
            "false-discard rate": (good & ~kept, ~kept & inside),
        }
        part, whole = parts[name]
        return float(part.sum() / whole.sum())

    @property
    def strata(self) -> dict[str, list[int]]:
        """Traces by stratum, as a study stratified by source and verdict sees them."""
        found: dict[str, list[int]] = {}
        for trace in range(self.traces):
            said = "kept" if self.kept[trace] else "discarded"
            found.setdefault(f"{SOURCES[self.source[trace]][0]}, {said}", []).append(trace)
        return found

    def facts(self) -> Facts:
        """The study as its reports read it: a sample of the batch, with what became of it."""
        chosen = draw(self.strata, size=self.drawn, seed=self.seed, allocation="square_root")
        items = tuple(self._sampled(number, one) for number, one in enumerate(chosen, 1))
        return Facts(
            study=self._study(),
            items=items,
            controls=tuple(self._controls(len(items) + 1)),
            repeats=tuple(self._repeats(items)),
            strata={name: len(traces) for name, traces in self.strata.items()},
            head=f"scripted {self.seed}",
        )

    def _study(self) -> Study:
        return Study(
            pk=self.seed,
            name=f"Scripted study {self.seed}",
            reasoner_kind="language_model",
            rubric_version=CURRENT.version,
            overlap=self.overlap,
            reliability_share=0.15,
            reliability_overlap=self.reliability_overlap,
            repeat_share=0.1,
            seed=self.seed,
            design={
                "population": {name: len(ids) for name, ids in self.strata.items()},
                "include_discarded": True,
            },
        )

    def _make_batch(self) -> None:
        """Questions of one to three traces; traces of a question are alike."""
        chance, count = self.chance, self.traces
        self.question = np.repeat(np.arange(count), chance.integers(1, 4, count))[:count]
        questions = int(self.question.max()) + 1
        of_question = chance.choice(len(SOURCES), questions, p=[one[1] for one in SOURCES])
        self.source = of_question[self.question]
        shift = np.array([one[2] for one in SOURCES])[self.source]
        common = chance.normal(size=questions)[self.question]
        self.quality = 0.5 + shift + 0.6 * common + 0.8 * chance.normal(size=count)
        self.length = chance.integers(1, 4, count)
        self.quality -= 0.2 * (self.length - 2)
        # The filter sees quality through noise, and likes short paths more than they deserve.
        self.score = self.quality + chance.normal(scale=0.9, size=count) - 0.2 * self.length
        self.kept = self.score > -0.2

    def _grade_batch(self) -> None:
        """The panel's grades of every trace, and what they come to."""
        self.reliable = self.chance.uniform(size=self.traces) < 0.15
        self.dealt = self._deal()
        self.grades = [
            tuple(self._grade(trace, rater, place) for rater, place in self.dealt[trace])
            for trace in range(self.traces)
        ]
        agreed = [self._consensus(trace) for trace in range(self.traces)]
        self.consensus = agreed
        self.label = np.array([float(one.decision == "accept") for one in agreed])

    def _deal(self) -> list[list[tuple[Rater, int]]]:
        """Each trace's raters with their own position; who has dropped out is dealt no more."""
        done = dict.fromkeys(range(len(self.panel)), 0)
        places: list[list[tuple[Rater, int]]] = [[] for _ in range(self.traces)]
        each = self.traces * (self.overlap + 0.3) / len(self.panel)
        for trace in self.chance.permutation(self.traces):
            wanted = self.reliability_overlap if self.reliable[trace] else self.overlap
            able = [n for n, one in enumerate(self.panel) if done[n] < each * one.share_of_work * 2]
            for number in self.chance.permutation(able)[:wanted]:
                done[int(number)] += 1
                places[trace].append((self.panel[number], done[int(number)]))
        return places

    def _seen(self, trace: int, rater: Rater, place: int) -> float:
        drift = rater.drift * place / self.traces * 4
        seen = self.quality[trace] - rater.severity - drift
        return float(seen + self.chance.normal(scale=rater.noise))

    def _grade(self, trace: int, rater: Rater, place: int) -> GradeRecord:
        seen = self._seen(trace, rater, place)
        scale = [int(np.clip(np.floor(3.5 + seen + e), 1, 5)) for e in self._errors(2, 0.3)]
        wrong = 0 if seen > -0.3 else 1 + int(self.chance.integers(STEPS))
        steps = tuple(
            (step, "incorrect" if step == wrong else "correct") for step in range(1, STEPS + 1)
        )
        decision = DECISIONS[int(seen > 0.0) + int(seen > -0.8)]
        paths = tuple(self._path(path, seen) for path in range(PATHS))
        flag = "mild" if seen < -2.2 else ""
        return GradeRecord(
            pk=0,
            rater=rater.name,
            rubric_version=CURRENT.version,
            specialty=rater.specialty,
            seniority="specialist",
            rating=Rating(
                scale[0],
                scale[1],
                decision,
                wrong,
                flag,
                tuple(path.precision for path in paths),
                tuple(path.coherence for path in paths),
            ),
            cannot_judge="",
            safety_flag=flag,
            answer_key_disputed=False,
            steps=steps,
            paths=paths,
            revision=1,
            active_seconds=int(self.chance.gamma(4, 20)),
            wall_seconds=150,
            study_position=place,
            session_position=place,
            at=1_760_000_000.0 + place * 150,
            unprompted=True,
        )

    def _errors(self, count: int, spread: float) -> np.ndarray:
        return self.chance.normal(scale=spread, size=count)

    def _path(self, path: int, seen: float) -> PathGradeRecord:
        one, other = (int(np.clip(np.floor(3.8 + seen + e), 1, 5)) for e in self._errors(2, 0.5))
        return PathGradeRecord(path, one, other, (0,) if one == 1 else ())

    def _consensus(self, trace: int) -> Consensus:
        """That of agreeing raters, else an adjudicator's, who sees the quality itself."""
        ratings = [grade.rating for grade in self.grades[trace] if grade.rating]
        agreed = consensus(ratings)
        if agreed is not None:
            return agreed
        quality = float(self.quality[trace])
        scale = float(np.clip(np.floor(3.5 + quality), 1, 5))
        decision = DECISIONS[int(quality > 0.0) + int(quality > -0.8)]
        return Consensus(scale, scale, decision, "adjudicated", len(ratings))

    def _sampled(self, number: int, drawn: SampledTrace) -> Evidence:
        """A drawn item; one in thirteen stays without an answer, whatever its quality."""
        trace = drawn.trace_id
        lost = self.chance.uniform() < 0.08
        declined = int(lost and self.chance.uniform() < 0.4)
        return self._evidence(
            number,
            trace,
            kind="sampled",
            stratum=drawn.stratum,
            probability=drawn.inclusion_probability,
            grades=() if lost else self.grades[trace],
            consensus=None if lost else self.consensus[trace],
            declines=declined,
        )

    def _controls(self, first: int) -> Iterator[Evidence]:
        """Twenty clear traces, each graded by everyone who is still there."""
        clear = np.argsort(-np.abs(self.quality))[:20]
        for number, trace in enumerate(clear.tolist(), first):
            good = self.quality[trace] > 0
            expected = {
                "precision": 5 if good else 1,
                "coherence": 5 if good else 1,
                "decision": "accept" if good else "reject",
                "tolerance": 1,
            }
            given = tuple(self._grade(trace, rater, 10) for rater in self.panel)
            yield self._evidence(number, trace, kind="control", grades=given, expected=expected)

    def _repeats(self, items: tuple[Evidence, ...]) -> Iterator[Evidence]:
        """A tenth of the answered items again, to whoever graded them."""
        answered = [one for one in items if one.grades]
        for number, twin in enumerate(answered[::10], len(items) + 101):
            trace = int(twin.trace)
            given = tuple(
                self._grade(trace, rater, place + 25) for rater, place in self.dealt[trace]
            )
            yield self._evidence(number, trace, kind="repeat", grades=given, repeat_of=twin.item)

    def _evidence(self, number: int, trace: int, **fields: object) -> Evidence:
        given = {
            "stratum": "",
            "probability": None,
            "grades": (),
            "consensus": None,
            "declines": 0,
        } | fields
        agreed = given["consensus"]
        adjudicated = isinstance(agreed, Consensus) and agreed.basis == "adjudicated"
        return Evidence(
            item=number,
            code=f"item{number}",
            trace=str(trace),
            question=int(self.question[trace]),
            source=SOURCES[self.source[trace]][0],
            specialty=SPECIALTIES[int(self.question[trace]) % 3],
            phase=1,
            kept=bool(self.kept[trace]),
            features=self.features(trace),
            independent=given["grades"],  # type: ignore[arg-type]
            adjudicated=adjudicated,
            key_exclusion="",
            open_safety_flag="",
            sent_back=False,
            licence_exclusion="",
            **given,  # type: ignore[arg-type]
        )

    def features(self, trace: int) -> TraceFeatures:
        """What was recorded of a trace before anyone graded it; it tells something of quality."""
        length, kept = int(self.length[trace]), bool(self.kept[trace])
        failed = FILTERS[2 + trace % 2] if not kept else ""
        return TraceFeatures(
            path_length=length,
            paths=PATHS,
            cited_paths=PATHS,
            relations=(RELATIONS[trace % 4],),
            layers=(SearchLayer.SPECIFIC if trace % 3 else SearchLayer.WHOLE,),
            stages=(LinkStage.EXACT, LinkStage.SIMILARITY)[: 1 + trace % 2],
            grouped=trace % 7 == 0,
            negative=trace % 4 == 1,
            steps=STEPS,
            uncited_steps=trace % 2,
            question_words=40 + trace % 60,
            cot_words=120 + trace % 50,
            filters=tuple(
                FilterFeature(name, name != failed, float(self.score[trace])) for name in FILTERS
            ),
        )
