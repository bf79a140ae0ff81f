"""The panel of the scripted studies: twelve raters of known severity, noise and diligence."""

from dataclasses import dataclass

SPECIALTIES = ("cardiology", "neurology", "paediatrics")


@dataclass(frozen=True)
class Rater:
    """One simulated rater: how severe, how noisy, how much that grows, when they drop out."""

    name: str
    specialty: str
    severity: float
    noise: float
    drift: float = 0.0
    share_of_work: float = 1.0


# Severities and noises are fixed, not drawn: the panel is the same in every world.
PANEL = tuple(
    Rater(
        name=f"R-{number:02}",
        specialty=SPECIALTIES[number % 3],
        severity=(number - 5.5) * 0.06,
        noise=0.35 + 0.03 * (number % 5),
        drift=0.4 if number == 3 else 0.0,
        share_of_work=0.5 if number in (4, 9) else 1.0,
    )
    for number in range(12)
)
