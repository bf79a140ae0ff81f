"""Outputs put together at random: an answer stated once, among sentences that state none."""

import random
from dataclasses import dataclass

from pipeline.core.records import Option

INTRODUCTIONS = (
    "Let's think step by step.",
    "The patient has a 3-day history of fever and cough.",
    "**Step 1:** The key finding is the rash.",
    "Looking at the options:",
    "Vitamin D was low and hepatitis B serology negative.",
    "A 45-year-old man with E. coli sepsis.",
    "We first look at the labs: T4 low, TSH high.",
)
# What is said of an option {o} with the text {ot}, and another one {p}, without choosing it.
REMARKS = (
    "Option {o} is incorrect because it does not fit.",
    "({o}) {ot} is less likely.",
    "{o} can be ruled out.",
    "{ot} would be expected to raise the pressure.",
    "If the patient were pregnant, {o} would be the answer.",
    "Many choose {o}, but it is wrong.",
    "At first the answer seems to be {o}.",
    "{o}. {ot}: incorrect.",
    "- **{o}. {ot}**: not indicated here.",
    "One might think the answer is {o}.",
    "The answer is not {o}.",
    "{ot} is not the correct answer.",
    "Why not {o}? Because the labs do not fit.",
    "Both {o} and {p} are less likely.",
    "I considered {o} first.",
    "Without the rash, {o} would be the best choice.",
    "For children, the answer would be {o}.",
    "Some would argue that {o} is the best answer.",
    "{o}: {ot} - possible, but rare.",
    "What about {o}? No.",
    "The most common cause overall is {ot}.",
    "In another setting, {ot} is the best choice.",
    "The resident answered {o}.",
    "Had the smear been positive, the answer would be {o}.",
    "This does not make {o} the correct answer.",
    "The question is whether the answer is {o} or {p}.",
    "I initially thought the answer was {o}.",
    "We are left to decide between {o} and {p}.",
)
STATEMENTS = (
    "The answer is {n}.",
    "**Answer: {n}**",
    "Final answer: {n}.",
    "Therefore, the correct answer is {n}.",
    "So the answer is {n}.",
    "I would choose {n}.",
    "The correct option is {n}.",
    "\\boxed{{{n}}}",
    "<answer>{n}</answer>",
    "Thus, option {o} is the correct answer.",
    "### Answer\n{n}.",
    "Among these, the best choice is {n}.",
    "The answer is not {p} but {o}.",
    "La respuesta correcta es {o}.",
)
NAMINGS = ("{o}", "({o})", "**{o}**", "{o}. {ot}", "({o}) {ot}", "option {o}", "{ot}")


@dataclass(frozen=True)
class Mixture:
    options: tuple[Option, ...]
    text: str
    letter: str | None


def mixture(draw: random.Random, options: tuple[Option, ...], *, stated: bool) -> Mixture:
    answer = draw.choice(options)
    others = [option for option in options if option is not answer]
    parts = [draw.choice(INTRODUCTIONS) for _ in range(draw.randint(0, 2))]
    parts += [_remark(draw, others) for _ in range(draw.randint(1 - stated, 3))]
    statement = _statement(draw, answer, others)
    if stated:
        parts.append(statement)
    parts += [_remark(draw, others) for _ in range(draw.randint(0, 2))]
    joins = [" ", "\n", "\n\n"] if statement.endswith(".") else ["\n", "\n\n"]
    return Mixture(options, draw.choice(joins).join(parts), answer.label if stated else None)


def _remark(draw: random.Random, options: list[Option]) -> str:
    one, other = draw.sample(options, 2)
    return draw.choice(REMARKS).format(o=one.label, ot=one.text, p=other.label)


def _statement(draw: random.Random, answer: Option, others: list[Option]) -> str:
    naming = draw.choice(NAMINGS).format(o=answer.label, ot=answer.text)
    other = draw.choice(others).label
    return draw.choice(STATEMENTS).format(n=naming, o=answer.label, p=other)
