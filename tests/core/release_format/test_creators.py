"""Creators as people write them: name, affiliation, ORCID, and nothing guessed."""

import pytest

from pipeline.core.release_format.creators import creators_from


def test_a_line_is_a_creator():
    assert creators_from(["Carberry, Josiah; Brown University; 0000-0002-1825-0097", ""]) == [
        {
            "name": "Carberry, Josiah",
            "affiliation": "Brown University",
            "orcid": "0000-0002-1825-0097",
        }
    ]
    assert creators_from(["A laboratory"]) == [{"name": "A laboratory"}]
    (given,) = creators_from(["A, B;; https://orcid.org/0000-0002-1825-0097"])
    assert given == {"name": "A, B", "orcid": "0000-0002-1825-0097"}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("; a hospital", "Write a creator as"),
        ("a; b; c; d", "Write a creator as"),
        ("Carberry, Josiah (Brown University, 0000-0002-1825-0097)", "not all in the name"),
        ("a; b; 0000-0002-1825-0098", "is no ORCID"),
        ("a; b; me@example.org", "is no ORCID"),
    ],
)
def test_what_is_no_creator_is_refused(line, told):
    with pytest.raises(ValueError, match=told):
        creators_from([line])
