"""Connections that break, and answers that come late."""

from tests.lab.behaviour import PRACTICE, Behaviour, Pauses, Refuses
from tests.lab.replies import GOOD, Response, every_second, wrapped

CONNECTIONS = (
    Behaviour(
        "hangs-up-at-once",
        "a server that restarts",
        "hangs up on every second call",
        PRACTICE,
        every_second(lambda call: Response(sent=0)),
    ),
    Behaviour(
        "hangs-up-in-the-middle",
        "a server that restarts",
        "breaks off every second answer in the middle",
        PRACTICE,
        every_second(wrapped(sent=40)),
    ),
    Behaviour(
        "cut-json",
        "a proxy that cuts answers",
        "sends half of the JSON of every second answer as if it were whole",
        PRACTICE,
        every_second(lambda call: Response(body=GOOD(call).body[:60])),
    ),
    Behaviour(
        "always-hangs-up",
        "a port that is not the server's",
        "hangs up on every call",
        PRACTICE,
        lambda call: Response(sent=0),
        Refuses("base URL"),
        Pauses("base URL"),
    ),
)
