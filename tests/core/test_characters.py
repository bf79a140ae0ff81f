"""Texts that look alike compare alike, and what is found stands where it was written."""

import pytest

from pipeline.core.characters import leaves_direction_open, plain, plain_with_places

SOFT, SPACE, JOINER, NON_JOINER, BOM = "\u00ad", "\u200b", "\u200d", "\u200c", "\ufeff"
MARKS = ["\u200e", "\u200f", "\u061c", "\u202a", "\u202c", "\u2066", "\u2069", "\u2060", "\ufe0f"]


@pytest.mark.parametrize("sign", [SOFT, SPACE, JOINER, NON_JOINER, BOM, *MARKS], ids=ascii)
def test_what_cannot_be_seen_does_not_count(sign: str):
    assert plain(f"{sign}aspi{sign}rin{sign}") == "aspirin"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Crohn’s Crohnʼs Crohn′s Crohn＇s Crohn´s Crohn‘s", " ".join(["Crohn's"] * 6)),
        ("10–20 10‐20 10‑20 10‒20 10−20 10－20", " ".join(["10-20"] * 6)),
        ("5\u00a0mg 5\u202fmg 5\u2009mg 5\u3000mg", "5 mg 5 mg 5 mg 5 mg"),
    ],
)
def test_signs_that_look_alike_are_one(written: str, read: str):
    assert plain(written) == read


def test_what_can_be_seen_is_kept():
    text = "Sjögren β-blocker 1½ “quoted” — حمى שלום 你好\n"
    assert plain(text) == text


def test_each_plain_character_knows_its_place():
    text = f"{BOM}para{SOFT}cetamol\u00a05{SPACE}"
    read, places = plain_with_places(text)
    assert read == "paracetamol 5"
    assert [plain(text[place]) for place in places] == list(read)


@pytest.mark.parametrize(
    ("text", "is_open"),
    [
        ("لديه \u202bحمى\u202c عالية", False),
        ("\u2067حمى \u202bعالية\u2069.", False),  # the isolate's end ends the embedding too
        ("\u2066a\u2069 \u2068b\u2069\u200f", False),
        ("a\u202c b\u2069", False),  # an end without a beginning does nothing
        ("a \u202bb", True),
        ("a \u2067b\u202c", True),
        ("\u2067a \u2066b\u2069", True),
    ],
)
def test_a_direction_that_is_begun_is_ended(text: str, is_open: bool):
    assert leaves_direction_open(text) is is_open
