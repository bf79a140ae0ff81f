"""Characters that do not count when texts are compared: what cannot be seen, and look-alikes.

Published files hold soft hyphens, zero-width spaces and direction marks between letters, and
several signs each for apostrophe, hyphen and space. Stored text keeps them all; names are looked
up, and answers compared, by the plain form.
"""

import re
from typing import Final

# What Unicode calls ignorable by default: shown as nothing, or as a change to its neighbour.
_INVISIBLE: Final = (
    *(0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFEFF, 0xFFA0),
    *(*range(0x180B, 0x1810), *range(0x200B, 0x2010), *range(0x202A, 0x202F)),
    *(*range(0x2060, 0x2070), *range(0xFE00, 0xFE10), *range(0xE0000, 0xE0200)),
)
_LOOK_ALIKES: Final = {
    "'": "\u2018\u2019\u201b\u2032\u02b9\u02bb\u02bc\u00b4\ua78c\uff07",
    "-": "\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d",
    " ": "\u00a0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B))),
}
_PLAIN: Final[dict[int, str | None]] = {
    **dict.fromkeys(_INVISIBLE),
    **{ord(sign): plain for plain, signs in _LOOK_ALIKES.items() for sign in signs},
}
_OPENS: Final = {
    **dict.fromkeys("\u202a\u202b", "\u202c"),  # embeddings
    **dict.fromkeys("\u2066\u2067\u2068", "\u2069"),  # isolates
}
_DIRECTIONS: Final = re.compile("[\u202a-\u202c\u2066-\u2069]")


def plain(text: str) -> str:
    """The text without what cannot be seen, with one sign each for apostrophe, hyphen, space."""
    return text if text.isascii() else text.translate(_PLAIN)


def plain_with_places(text: str) -> tuple[str, list[int]]:
    """The plain text, and where in `text` each of its characters stands."""
    places = [at for at, sign in enumerate(text) if _PLAIN.get(ord(sign), sign) is not None]
    return plain(text), places


def leaves_direction_open(text: str) -> bool:
    """Whether an embedding or isolate begins and never ends: it could reorder what follows."""
    awaited: list[str] = []
    for sign in _DIRECTIONS.findall(text):
        if sign in _OPENS:
            awaited.append(_OPENS[sign])
        elif sign in awaited:
            # The end of an isolate ends the embeddings within it.
            del awaited[len(awaited) - 1 - awaited[::-1].index(sign) :]
    return bool(awaited)
