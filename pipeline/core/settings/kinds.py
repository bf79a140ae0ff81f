"""Kinds of settings: which values one takes, and how a value is read aloud.

`checked` returns the value in the one form that is stored, so that equal configurations have
equal fingerprints, or raises ValueError with the rest of a sentence: "must be ...".
"""

from dataclasses import dataclass
from typing import Any, Protocol


class Kind(Protocol):
    """What a setting may be."""

    def checked(self, value: Any) -> Any: ...

    def in_words(self, value: Any) -> str: ...


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number from `low` to `high`."""

    low: int
    high: int

    def checked(self, value: Any) -> int:
        if type(value) is not int or not self.low <= value <= self.high:
            raise ValueError(
                f"must be a whole number from {self.low:,} to {self.high:,}, not {value!r}"
            )
        return value

    def in_words(self, value: int) -> str:
        return f"{value:,}"


@dataclass(frozen=True, slots=True)
class Number:
    """A number from `low` to `high`."""

    low: float
    high: float

    def checked(self, value: Any) -> float:
        if type(value) not in (int, float) or not self.low <= value <= self.high:
            raise ValueError(f"must be a number from {self.low:g} to {self.high:g}, not {value!r}")
        return float(value)

    def in_words(self, value: float) -> str:
        return f"{value:g}"


@dataclass(frozen=True, slots=True)
class YesNo:
    """Whether something is done."""

    def checked(self, value: Any) -> bool:
        if type(value) is not bool:
            raise ValueError(f"must be true or false, not {value!r}")
        return value

    def in_words(self, value: bool) -> str:
        return "yes" if value else "no"


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a few names, each with its title."""

    choices: tuple[tuple[str, str], ...]

    def checked(self, value: Any) -> str:
        if not isinstance(value, str) or value not in dict(self.choices):
            names = ", ".join(name for name, _ in self.choices)
            raise ValueError(f"must be one of {names}, not {value!r}")
        return value

    def in_words(self, value: str) -> str:
        return dict(self.choices)[value]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Some of these names, in their own order; `nothing` says what none of them stands for."""

    names: tuple[str, ...]
    nothing: str = "all"

    def checked(self, value: Any) -> list[str]:
        listed = value if isinstance(value, list | tuple) else [value]
        if unknown := [name for name in listed if name not in self.names]:
            raise ValueError(f"must be from {', '.join(self.names)}, not {unknown[0]!r}")
        return [name for name in self.names if name in listed]

    def in_words(self, value: list[str]) -> str:
        return ", ".join(value) or self.nothing


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text of at most `longest` characters."""

    longest: int

    def checked(self, value: Any) -> str:
        if not isinstance(value, str) or len(value) > self.longest or not value.isprintable():
            raise ValueError(f"must be one line of at most {self.longest} characters")
        return value.strip()

    def in_words(self, value: str) -> str:
        return value or "none"
