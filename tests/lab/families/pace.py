"""Servers that are slow: alone, among others, or over one question.

Seconds are milliseconds here: a time limit is entered in their measure, or the endpoint test's
clock runs faster.
"""

from tests.lab.behaviour import PRACTICE, Behaviour, Pauses, Refuses, fails, found
from tests.lab.replies import for_one_question, late

PACE = (
    Behaviour(
        "one-after-another",
        "llama.cpp, Ollama on a CPU",
        "answers one call after another, each slowly",
        "ollama/ollama#2282",
        late(0.06, queues=True),
        found(calls_at_once=1),
        pace=50,
    ),
    Behaviour(
        "slow-side-by-side",
        "vLLM on a busy machine",
        "answers slowly, and several calls as fast as one",
        PRACTICE,
        late(0.06),
    ),
    Behaviour(
        "never-in-time",
        "a large model on a CPU",
        "takes longer than the time limit for every answer",
        "ollama/ollama#2424",
        late(1.2),
        Refuses("time limit"),
        Pauses("time limit"),
        {"timeout_seconds": 0.4},
        pace=50,
    ),
    Behaviour(
        "late-for-one-question",
        "any server",
        "thinks longer than the time limit over one question",
        PRACTICE,
        for_one_question(late(0.8)),
        batch=fails("no_answer"),
        stated={"timeout_seconds": 0.4},
    ),
    Behaviour(
        "late-together",
        "a small model on a CPU",
        "answers one call after another, so that eight at once are late",
        "ollama/ollama#7617",
        late(0.2, queues=True),
        stated={"timeout_seconds": 1.0},
        threads=8,
    ),
)
