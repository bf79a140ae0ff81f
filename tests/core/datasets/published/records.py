"""Records in the shapes that sources are published in, each with the question it states.

Our own little questions, twenty of a shape: only the fields' names and forms are the sources'.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.core.records import Option, Question

ROWS = 20
_VITAMINS = (
    *("Vitamin A", "Thiamine", "Niacin", "Folate", "Cobalamin", "Vitamin C"),
    *("Vitamin D", "Vitamin E", "Vitamin K", "Biotin"),
)
_SUBJECTS = ("Medicine", "Biochemistry", "Paediatrics")
Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """The n-th question of a shape, before it is written down in the source's way."""

    n: int
    size: int = 4

    @property
    def text(self) -> str:
        return f"Patient {self.n} has bleeding gums, \u2265{self.n} weeks. What is lacking?"

    @property
    def texts(self) -> tuple[str, ...]:
        turned = _VITAMINS[self.n % 10 :] + _VITAMINS[: self.n % 10]
        return turned[: self.size]

    @property
    def place(self) -> int:
        return (self.n * 3) % self.size

    @property
    def letter(self) -> str:
        return "ABCDEFGHIJ"[self.place]

    @property
    def answer(self) -> str:
        return self.texts[self.place]

    @property
    def letters(self) -> dict[str, str]:
        return dict(zip("ABCDEFGHIJ", self.texts, strict=False))

    @property
    def listed(self) -> str:
        return "\n".join(f"{letter}. {text}" for letter, text in self.letters.items())

    @property
    def subject(self) -> str:
        return _SUBJECTS[self.n % 3]

    @property
    def why(self) -> str:
        return f"The reason of case {self.n}."

    def columns(self, prefix: str) -> dict[str, str]:
        return {f"{prefix}{letter.lower()}": text for letter, text in self.letters.items()}

    def states(self, source: str, **changes: Any) -> Question:
        """The question as it is to be read."""
        options = tuple(Option(letter, text) for letter, text in self.letters.items())
        said: dict[str, Any] = {"options": options, "answer_label": self.letter}
        said |= {"id_in_source": str(self.n), "text": self.text, "answer_text": self.answer}
        return Question(source=source, **(said | changes))

    def asks_freely(self, source: str, **changes: Any) -> Question:
        return self.states(source, **({"options": (), "answer_label": None} | changes))


Stated = tuple[Record, Question]


def _medqa(n: int) -> Stated:
    case = Case(n, 4 + n % 2)
    record = {"question": case.text, "options": case.letters, "meta_info": "step1"}
    return record | {"answer_idx": case.letter, "answer": case.answer}, case.states("medqa")


def _medmcqa(n: int) -> Stated:
    case = Case(n)
    record = {"id": f"u-{n}", "question": case.text, **case.columns("op"), "cop": case.place}
    record |= {"exp": case.why, "subject_name": case.subject, "choice_type": "single"}
    record["topic_name"] = "Vitamins"
    states = {"id_in_source": f"u-{n}", "long_answer": case.why, "specialty": case.subject}
    states |= {"topic": "Vitamins", "question_type": "single"}
    return record, case.states("medmcqa", **states)


def _bullets(n: int, shape: str) -> Stated:
    case = Case(n, 4 + n % 2)
    options = case.columns("op") | {"ope": case.letters.get("E", "")}
    record: Record = {"link": "https://example.org", "question": case.text}
    record |= options if shape == "columns" else {"options": {**case.letters, "F": None}}
    key = {"answer_idx": case.letter, "answer": case.answer}
    record |= {"answer": case.letter} if shape == "letter" else key
    return record | {"explanation": case.why}, case.states("medbullets", long_answer=case.why)


def _mmlu(n: int, shape: str) -> Stated:
    case = Case(n)
    record: Record = {"question": case.text, "choices": list(case.texts), "subject": case.subject}
    record["answer"] = case.place if shape == "number" else case.letter
    return record, case.states("mmlu", specialty=case.subject)


def _mmlu_aist(n: int) -> Stated:
    case = Case(n)
    record = {"problem_text": case.text, "choices": list(case.texts)}
    return record | {"answer": [case.letter.lower()]}, case.states("mmlu")


def _mmlu_pro(n: int) -> Stated:
    case = Case(n, 3 + n % 8)
    record = {"question_id": 70 + n, "question": case.text, "options": list(case.texts)}
    record |= {"answer": case.letter, "answer_index": case.place, "cot_content": "Step by step."}
    states = case.states("mmlu_pro", id_in_source=str(70 + n), specialty="health")
    return record | {"category": "health"}, states


def _medxpertqa(n: int, repeated: bool) -> Stated:
    case = Case(n, 10)
    again = " ".join(f"({letter}) {text}" for letter, text in case.letters.items())
    question = f"{case.text}\nAnswer Choices: {again}" if repeated else case.text
    record = {"id": f"Text-{n}", "question": question, "options": case.letters}
    record |= {"label": case.letter, "medical_task": "Diagnosis", "body_system": case.subject}
    states = {"id_in_source": f"Text-{n}", "specialty": case.subject, "topic": "Diagnosis"}
    return record, case.states("medxpertqa", **states)


def _hle_medical(n: int) -> Stated:
    case = Case(n, 3 + n % 8)
    record = {"idx": n, "question": case.text, "options": case.letters}
    return record | {"answer": f"{case.letter}. {case.answer}", "answer_idx": case.letter}, (
        case.states("hle")
    )


def _hle(n: int) -> Stated:
    """Every second question has options, listed in its text."""
    case = Case(n, 5)
    chosen = n % 2 == 0
    record = {"id": f"66e{n}", "image": "", "rationale": case.why, "raw_subject": case.subject}
    asked = f"{case.text}\n\nAnswer Choices:\n{case.listed}" if chosen else case.text
    record |= {"question": asked, "answer": case.letter if chosen else str(n)}
    record |= {"answer_type": "multipleChoice" if chosen else "exactMatch"}
    same = {"id_in_source": f"66e{n}", "long_answer": case.why, "specialty": case.subject}
    if chosen:
        return record, case.states("hle", **same)
    return record, case.asks_freely("hle", answer_text=str(n), **same)


def _o1(n: int, question: str, answer: str) -> Stated:
    case = Case(n)
    record = {question: case.text, "Complex_CoT": "Let me think.", answer: case.why}
    return record, case.asks_freely("medical_o1", answer_text=case.why)


def _medreason(n: int) -> Stated:
    """Every second question is free text, and ids are unique only within their data set."""
    case, chosen = Case(n), n % 2 == 0
    record = {"dataset_name": "medmcqa" if chosen else "huatuo", "id_in_dataset": n // 2}
    record |= {"question": case.text, "reasoning": "A path."}
    record |= {"options": f"Answer Choices:\n{case.listed}" if chosen else ""}
    record |= {"answer": f"{case.answer}. Explanation: {case.why}" if chosen else case.why}
    identifier = {"id_in_source": f"{record['dataset_name']}/{n // 2}"}
    if chosen:
        return record, case.states("medreason", long_answer=case.why, **identifier)
    return record, case.asks_freely("medreason", answer_text=case.why, **identifier)


def _pubmedqa(n: int, shape: str) -> Stated:
    case = Case(n)
    decision = "" if shape == "unlabelled" else ("yes", "no", "maybe")[n % 3]
    parts: Record = {"contexts": [f"Aim {n}.", "Result."], "labels": ["AIM", "RESULTS"]}
    record: Record = {"pubid": 9000 + n, "question": case.text, "long_answer": case.why}
    if shape == "capitals":
        record = {name.upper(): value for name, value in (record | parts).items()}
        record["pubid"] = record.pop("PUBID")
    else:
        record["context"] = parts
    record |= {"final_decision": decision} if decision else {}
    states: Record = {"id_in_source": str(9000 + n), "long_answer": case.why}
    states |= {"context": f"AIM: Aim {n}.\n\nRESULTS: Result.", "answer_text": decision or case.why}
    if not decision:
        return record, case.asks_freely("pubmedqa", **states)
    options = tuple(Option(a, b) for a, b in zip("ABC", ("yes", "no", "maybe"), strict=True))
    return record, case.states("pubmedqa", options=options, answer_label="ABC"[n % 3], **states)


def _house(n: int, shape: str) -> Stated:
    case = Case(n, 4 + n % 5)
    record: Record = {"id": f"h-{n}", "question": case.text, "answer": case.answer}
    states = {"id_in_source": f"h-{n}", "context": f"Read {n}.", "specialty": case.subject}
    record |= {"context": f"Read {n}.", "specialty": case.subject}
    if shape == "free":
        return record, case.asks_freely("house", **states)
    options: Record = {"object": {"options": case.letters}, "letters": case.letters}
    record |= options.get(shape) or case.columns("option_")
    return record | {"answer_idx": case.letter}, case.states("house", **states)


SHAPES: Mapping[str, Callable[[int], Stated]] = {
    "medqa": _medqa,
    "medmcqa": _medmcqa,
    "medbullets, an object": lambda n: _bullets(n, "object"),
    "medbullets, columns": lambda n: _bullets(n, "columns"),
    "medbullets, letter": lambda n: _bullets(n, "letter"),
    "mmlu, number": lambda n: _mmlu(n, "number"),
    "mmlu, letter": lambda n: _mmlu(n, "letter"),
    "mmlu, small letter": _mmlu_aist,
    "mmlu_pro": _mmlu_pro,
    "medxpertqa": lambda n: _medxpertqa(n, repeated=False),
    "medxpertqa, options in the question": lambda n: _medxpertqa(n, repeated=True),
    "hle, medical": _hle_medical,
    "hle": _hle,
    "medical_o1, for training": lambda n: _o1(n, "Question", "Response"),
    "medical_o1, verifiable": lambda n: _o1(
        n, "Open-ended Verifiable Question", "Ground-True Answer"
    ),
    "medreason": _medreason,
    "pubmedqa": lambda n: _pubmedqa(n, "labelled"),
    "pubmedqa, capitals": lambda n: _pubmedqa(n, "capitals"),
    "pubmedqa, unlabelled": lambda n: _pubmedqa(n, "unlabelled"),
    "house": lambda n: _house(n, "object"),
    "house, letters": lambda n: _house(n, "letters"),
    "house, option_a": lambda n: _house(n, "columns"),
    "house, free text": lambda n: _house(n, "free"),
}


def published(shape: str) -> tuple[list[Record], list[Question]]:
    """Twenty records of a shape, and the questions they state."""
    stated = [SHAPES[shape](n) for n in range(ROWS)]
    return [record for record, _ in stated], [question for _, question in stated]
