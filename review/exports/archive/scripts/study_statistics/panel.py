"""Items and grades, and what the grades of an item come to: the panel's consensus.

Everything the reports say of an item follows from rows of the archive by the rules below.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from statistics import median

from .archive import Archive, Row, number, seconds
from .grades import Grade, read_grades

ACCEPT = "accept"
DECISIONS = ("reject", "revise", "accept")
SEVERITIES = ("", "mild", "moderate", "severe")
FAR_APART = 2


@dataclass
class Settlement:
    """An adjudication; `seen` are the grades that the adjudicator weighed."""

    item: int
    precision: int
    coherence: int
    decision: str
    safety_flag: str
    key_disputed: bool
    at: float
    seen: set[int] = field(default_factory=set)


@dataclass
class Item:
    """A row of items.csv with its grades and what they come to.

    `current` are the grades that count, one a rater; `independent` those that agreement is
    measured on; `warnings` those whose safety flags and doubts of the key count.
    """

    row: Row
    number: int
    kind: str
    question: int
    probability: float
    kept: bool
    grades: list[Grade] = field(default_factory=list)
    current: list[Grade] = field(default_factory=list)
    independent: list[Grade] = field(default_factory=list)
    warnings: list[Grade] = field(default_factory=list)
    declines: int = 0
    waits_for: str = ""
    key_exclusion: str = ""
    open_flag: str = ""
    precision: float | None = None
    coherence: float | None = None
    decision: str = ""

    @property
    def ratings(self) -> list[Grade]:
        return [grade for grade in self.current if grade.could_judge]

    @property
    def unanswered(self) -> str:
        """Why the item has no consensus that counts; empty where it has one."""
        if self.key_exclusion:
            return self.key_exclusion
        if self.decision:
            return ""
        if self.ratings or self.open_flag:
            return "not adjudicated"
        if self.current:
            return "cannot judge"
        return "declined" if self.declines else "not graded"

    @property
    def acceptable(self) -> float | None:
        """1 if the consensus accepts, 0 if not, None without an answer."""
        return None if self.unanswered else float(self.decision == ACCEPT)


def read_items(archive: Archive) -> list[Item]:
    """Every item of the study with its grades and their consensus."""
    grades = read_grades(archive)
    items = {item.number: item for item in map(_item, archive.table("items"))}
    for row in archive.table("declines"):
        items[int(row["item"])].declines += 1
    for grade in grades.values():
        items[grade.item].grades.append(grade)
    for item in items.values():
        _sort_grades(item)
    _warn_from_repeats(items)
    settlements = _settlements(archive)
    rulings = {
        int(row["question"]): row
        for row in archive.table("key_rulings")
        if row["is_current"] == "1"
    }
    for item in items.values():
        settled = settlements.get(item.number)
        _conclude(item, settled, rulings.get(item.question))
        item.waits_for = _wait(item, settled, is_open=archive.study("state") != "closed")
    return list(items.values())


def _item(row: Row) -> Item:
    return Item(
        row=row,
        number=int(row["item"]),
        kind=row["kind"],
        question=int(row["question"]),
        probability=number(row["inclusion_probability"]) or 1.0,
        kept=row["verdict"] == "kept",
    )


def _sort_grades(item: Item) -> None:
    """Which of the grades count as what."""
    item.current = [grade for grade in item.grades if grade.is_current]
    item.warnings = [
        grade
        for grade in item.grades
        if (grade.is_current or grade.after_reveal) and (grade.safety_flag or grade.key_disputed)
    ]
    by_rater: dict[str, list[Grade]] = defaultdict(list)
    for grade in item.grades:
        by_rater[grade.rater].append(grade)
    last = (_last_independent(own) for own in by_rater.values())
    item.independent = sorted((one for one in last if one), key=lambda grade: grade.number)


def _last_independent(own: list[Grade]) -> Grade | None:
    """A rater's last grade before it was sent back or others' were revealed."""
    sent_back = min((one.revision for one in own if one.sent_back), default=None)
    independent = [
        one
        for one in own
        if not one.after_reveal and (sent_back is None or one.revision <= sent_back)
    ]
    return max(independent, key=lambda grade: grade.revision, default=None)


def _warn_from_repeats(items: dict[int, Item]) -> None:
    """A harm found when an item was graded again is real: it warns of the item."""
    for repeat in items.values():
        if repeat.row["repeat_of"]:
            items[int(repeat.row["repeat_of"])].warnings += repeat.warnings


def _settlements(archive: Archive) -> dict[int, Settlement]:
    """The current adjudication of each item that has one."""
    seen: dict[str, set[int]] = defaultdict(set)
    for row in archive.table("adjudication_grades"):
        seen[row["adjudication"]].add(int(row["grade"]))
    return {
        int(row["item"]): Settlement(
            int(row["item"]),
            int(row["precision"]),
            int(row["coherence"]),
            row["decision"],
            row["safety_flag"],
            row["answer_key_disputed"] == "1",
            seconds(row["decided_at"]),
            seen[row["adjudication"]],
        )
        for row in archive.table("adjudications")
        if row["is_current"] == "1"
    }


def _conclude(item: Item, settled: Settlement | None, ruling: Row | None) -> None:
    holds = settled is not None and not _overtaken(item, settled)
    item.key_exclusion = _key_exclusion(item, settled, ruling)
    flags = [grade.safety_flag for grade in item.warnings]
    if settled is not None and holds:
        item.open_flag = settled.safety_flag
        item.precision, item.coherence = float(settled.precision), float(settled.coherence)
        item.decision = settled.decision
        return
    item.open_flag = max(flags, key=SEVERITIES.index, default="")
    if settled is None and not any(flags) and item.ratings and not _discordant(item.ratings):
        item.precision = float(median(grade.precision or 0 for grade in item.ratings))
        item.coherence = float(median(grade.coherence or 0 for grade in item.ratings))
        item.decision = _joint_decision([grade.decision for grade in item.ratings])


def _wait(item: Item, settled: Settlement | None, *, is_open: bool) -> str:
    """What may still change a judged item: a grade sent back, an adjudication, a grade to come."""
    if not (item.decision or item.ratings or item.open_flag):
        return ""
    if is_open and any(grade.asked_again for grade in item.grades):
        return "grade"
    if not item.decision:
        return "adjudication"
    adjudicated = settled is not None and not _overtaken(item, settled)
    incomplete = is_open and item.row["grades_to_come"] != "0"
    return "grade" if incomplete and not adjudicated else ""


def _overtaken(item: Item, settled: Settlement) -> bool:
    """Whether a grade that the adjudicator did not weigh reopens the item."""
    ratings = item.ratings if item.kind == "sampled" else []
    for grade in ratings:
        if grade.number not in settled.seen and (
            abs((grade.precision or 0) - settled.precision) >= FAR_APART
            or abs((grade.coherence or 0) - settled.coherence) >= FAR_APART
            or (grade.decision == ACCEPT) != (settled.decision == ACCEPT)
        ):
            return True
    return any(
        grade.safety_flag not in ("", settled.safety_flag)
        for grade in item.warnings
        if grade.number not in settled.seen
    )


def _key_exclusion(item: Item, settled: Settlement | None, ruling: Row | None) -> str:
    """Why the answer key keeps the item out: ruled wrong, or a doubt without a later ruling."""
    if item.row["arm"] != "key":
        return ""
    if ruling and ruling["ruling"] == "withdrawn":
        return "question withdrawn"
    if item.row["right_key"]:
        return f"answer key wrong, {item.row['right_key']} is right"
    if ruling and ruling["ruling"] == "wrong" and ruling["names_right_key"] != "1":
        return "answer key wrong"
    doubts = [grade.at for grade in item.warnings if grade.key_disputed]
    if settled is not None and settled.key_disputed:
        doubts.append(settled.at)
    is_open = any(ruling is None or at > seconds(ruling["ruled_at"]) for at in doubts)
    return "answer key disputed" if is_open else ""


def _discordant(ratings: list[Grade]) -> bool:
    """Whether the ratings of an item need an adjudicator."""
    steps = [one.first_incorrect_step for one in ratings if one.first_incorrect_step is not None]
    precision = [one.precision or 0 for one in ratings]
    coherence = [one.coherence or 0 for one in ratings]
    return (
        any(one.safety_flag for one in ratings)
        or len({one.decision == ACCEPT for one in ratings}) > 1
        or max(precision) - min(precision) >= FAR_APART
        or max(coherence) - min(coherence) >= FAR_APART
        or len({step > 0 for step in steps}) > 1
    )


def _joint_decision(decisions: list[str]) -> str:
    """The highest decision that more than half of the raters reach or exceed."""
    reached = 0
    for decision in reversed(DECISIONS):
        reached += decisions.count(decision)
        if 2 * reached > len(decisions):
            return decision
    return DECISIONS[0]
