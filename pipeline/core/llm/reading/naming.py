"""Who answered, as the body of a chat completion says: gateways and aliases lead elsewhere.

`model` and `system_fingerprint` are OpenAI's fields; `provider` is told by gateways that pass a
request on, such as OpenRouter.
"""

import re
from typing import Any

from pipeline.core.llm.base import Named

MAX_MODEL, MAX_OTHER = 200, 100
# Nothing of it can be shown or stored in one line.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]")


def read_naming(body: Any) -> Named:
    """What the body says of who answered, in one line each; empty where it says nothing."""
    told = body if isinstance(body, dict) else {}
    return Named(
        model=_name(told.get("model"), MAX_MODEL),
        provider=_name(told.get("provider"), MAX_OTHER),
        fingerprint=_name(told.get("system_fingerprint"), MAX_OTHER),
    )


def _name(value: object, length: int) -> str:
    return _UNPRINTABLE.sub("", value).strip()[:length] if isinstance(value, str) else ""
