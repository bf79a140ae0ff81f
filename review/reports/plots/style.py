"""Looks of plots: the two themes' colours, and a wide and a narrow size for small screens.

Colours follow Okabe and Ito (2008), told apart without red or green; every series has a mark of
its own as well. Ink holds 4.5:1 against the surface, marks 3:1.
"""

from dataclasses import dataclass
from typing import Literal

Theme = Literal["light", "dark"]
Size = Literal["wide", "narrow"]

MARKS = ("o", "s", "^", "D", "v", "P", "X")
DASHES = ("-", "--", "-.", ":")
HATCHES = ("", "////", "....", "xxxx", "\\\\\\\\", "++++")


@dataclass(frozen=True, slots=True)
class Colours:
    """One theme: the surface, text, quieter text, lines behind the data, and the series."""

    surface: str
    ink: str
    muted: str
    line: str
    series: tuple[str, ...]


THEMES: dict[Theme, Colours] = {
    "light": Colours(
        surface="#ffffff",
        ink="#16232b",
        muted="#48545d",
        line="#d9dee2",
        series=("#0072b2", "#b84f00", "#00785a", "#9c4f86", "#6b5d00"),
    ),
    "dark": Colours(
        surface="#151c21",
        ink="#e6ebee",
        muted="#a9b5bc",
        line="#38434a",
        series=("#56b4e9", "#e69f00", "#2fc79a", "#d78fb9", "#f0e442"),
    ),
}
# Inches at 96 pixels each: a page's column, and a phone of 390 pixels less its margins.
WIDTHS: dict[Size, float] = {"wide": 7.4, "narrow": 3.6}
LABELS: dict[Size, int] = {"wide": 34, "narrow": 17}
TITLES: dict[Size, int] = {"wide": 78, "narrow": 38}
COLUMNS: dict[Size, int] = {"wide": 4, "narrow": 2}
POINTS = 9.0


@dataclass(frozen=True, slots=True)
class Style:
    """How one plot is drawn."""

    theme: Theme = "light"
    size: Size = "wide"

    @property
    def colours(self) -> Colours:
        return THEMES[self.theme]

    def series(self, index: int) -> str:
        return self.colours.series[index % len(self.colours.series)]
