"""All behaviours, by family."""

from tests.lab.behaviour import Behaviour
from tests.lab.families.connections import CONNECTIONS
from tests.lab.families.finishes import FINISHES
from tests.lab.families.formats import FORMATS
from tests.lab.families.pace import PACE
from tests.lab.families.parameters import PARAMETERS
from tests.lab.families.places import PLACES
from tests.lab.families.questions import QUESTIONS
from tests.lab.families.statuses import STATUSES
from tests.lab.families.thoughts import THOUGHTS
from tests.lab.families.tokens import TOKENS

FAMILIES: dict[str, tuple[Behaviour, ...]] = {
    "Structured answers": FORMATS,
    "Thoughts": THOUGHTS,
    "Where the answer stands": PLACES,
    "Parameters": PARAMETERS,
    "Tokens and context": TOKENS,
    "How an answer ends": FINISHES,
    "Statuses": STATUSES,
    "One question of twelve": QUESTIONS,
    "Connections": CONNECTIONS,
    "Slow servers": PACE,
}
BEHAVIOURS = tuple(one for family in FAMILIES.values() for one in family)
