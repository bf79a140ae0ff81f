"""What a release of batches is compared with: the previous one that shares a batch or a study."""

import pytest

from pipeline.core.duplicates.splits import SPLITS
from tests import actors, factories
from tests.review.releases.whole_batches import release_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    return actors.lead()


def test_a_release_is_compared_with_the_one_that_shares_a_batch(lead):
    # Batches of the factory ask the same questions: what both hold are twins.
    first, second = factories.made_batch(4, name="first"), factories.made_batch(8, name="second")
    release_of(second, made_by=lead, name="unrelated")
    before = release_of(first, made_by=lead, name="before", seed=1)
    release_of(factories.made_batch(2, name="third"), made_by=lead, name="between")
    after = release_of(first, second, made_by=lead, name="after", seed=1)
    changes = after.manifest["difference"]
    assert changes["since"] == "before"
    assert changes["removed"] == 0
    assert changes["same"] + changes["changed"] == before.row_count
    assert changes["added"] == after.row_count - before.row_count > 0


def only(split: str) -> dict[str, float]:
    return {name: float(name == split) for name in SPLITS}


def test_other_shares_show_as_another_split(lead):
    batch = factories.made_batch(8)
    one = release_of(batch, made_by=lead, name="one", seed=1, shares=only("train"))
    two = release_of(batch, made_by=lead, name="two", seed=1, shares=only("train"))
    assert two.manifest["difference"]["same"] == one.row_count
    other = release_of(batch, made_by=lead, name="other", seed=1, shares=only("test"))
    assert {tuple(row["what"]) for row in other.manifest["difference"]["traces"]} == {("split",)}


def test_the_first_release_of_a_batch_is_compared_with_none(lead):
    assert release_of(factories.made_batch(2), made_by=lead).manifest["difference"] is None
