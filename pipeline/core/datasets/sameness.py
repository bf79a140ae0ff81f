"""When two questions ask the same, and when they then have different keys."""

import hashlib
import unicodedata
from collections.abc import Collection

from pipeline.core.characters import plain


def asked_sha256(text: str, context: str) -> str:
    """Hash of what is asked, whatever its case and spacing.

    Stored with every question: a change here needs a migration that works it out again.
    """
    asked = "\0".join((same_text(text), same_text(context))).casefold()
    return hashlib.sha256(asked.encode()).hexdigest()


def same_text(text: str) -> str:
    """A text as it is compared. Case is kept: genotypes AA and Aa differ by it alone."""
    return " ".join(plain(unicodedata.normalize("NFC", text)).split())


def keys_differ(key: str, options: Collection[str], other: str, others: Collection[str]) -> bool:
    """Whether two answers to one question contradict each other, all texts being `same_text`.

    The letters do not matter. Where one key is not among the other's options, the two choose
    from different answers, and both may be right; without options every answer is possible.
    """
    return key != other and (not options or other in options) and (not others or key in others)
