"""What a batch lacks: said before it starts, all at once, with what mends it."""

from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from pipeline.batches.missing import Choices, missing_pieces, require_complete
from pipeline.batches.preflight import ModelEndpoints
from pipeline.core.config import preset
from pipeline.core.errors import InvalidConfiguration
from pipeline.endpoints.registry import set_active
from pipeline.models import Batch
from pipeline.sources import vectors_at_hand
from tests import factories
from tests.factories.endpoints import endpoint, reader

pytestmark = pytest.mark.django_db
MEDEMBED = "abhinand/MedEmbed-large-v0.1"


def choices(**changes: object) -> Choices:
    """A batch that lacks nothing, but for the changes."""
    chosen: dict[str, object] = {
        "config": preset("lexical"),
        "question_set": factories.question_set(1),
        "knowledge_graph": factories.graph(),
    }
    if "endpoints" not in changes:
        chosen["endpoints"] = ModelEndpoints(endpoint(), reader())
    return Choices(**(chosen | changes))  # type: ignore[arg-type]


def told(given: Choices, **options: bool) -> list[tuple[str | None, str]]:
    return [(piece.field, str(piece)) for piece in missing_pieces(given, **options)]


def test_a_batch_on_spelling_with_two_tested_endpoints_lacks_nothing():
    assert told(choices()) == []


@pytest.mark.parametrize("name", ["default", "paper"])
def test_meaning_without_the_extra_and_without_vectors_says_both_with_their_commands(
    name, monkeypatch
):
    monkeypatch.setattr(vectors_at_hand, "extra_is_installed", lambda: False)
    [(field, sentence)] = told(choices(config=preset(name)))
    assert field == "configuration"
    assert sentence == (
        "This configuration links by meaning, and the embeddings extra is not installed and "
        f"small v1 has no vectors of {MEDEMBED}: run make setup-embeddings and then manage.py "
        "embed_graph small, or choose a configuration that links by spelling, such as lexical."
    )


@pytest.mark.parametrize(
    ("model", "command"),
    [
        ("someone/model", "manage.py embed_graph small --model someone/model"),
        ("a model; rm", "manage.py embed_graph small --model 'a model; rm'"),
        ("endpoint:embedder", "manage.py embed_graph small --endpoint embedder"),
    ],
)
def test_vectors_that_are_not_there_are_made_by_the_command_that_is_named(
    model, command, monkeypatch
):
    monkeypatch.setattr(vectors_at_hand, "extra_is_installed", lambda: True)
    endpoint("embedder", role="embeddings", model="letters")
    config = preset("default").with_similarity(model)
    [(_, sentence)] = told(choices(config=config))
    assert f"run {command}, or choose" in sentence


def test_every_missing_piece_is_told_at_its_field():
    idle = set_active(endpoint("idle"), active=False)
    untested = reader("untested", tested=False)
    given = choices(
        question_set=factories.question_set(0, name="empty"),
        endpoints=ModelEndpoints(idle, untested),
        budget_money=Decimal(1),
        samples=17,
        temperature=3.0,
    )
    pieces = dict(told(given))
    assert list(pieces) == [
        *("samples", "question_set", "reasoner_endpoint", "reader_endpoint"),
        *("temperature", "budget_money"),
    ]
    assert "manage.py endpoints --probe untested" in pieces["reader_endpoint"]
    with pytest.raises(InvalidConfiguration) as refused:
        require_complete(given)
    assert all(sentence in str(refused.value) for sentence in pieces.values())


def test_an_untested_endpoint_is_no_missing_piece_to_whoever_tests_it_first():
    given = choices(endpoints=ModelEndpoints(endpoint(tested=False), reader()))
    assert [field for field, _ in told(given)] == ["reasoner_endpoint"]
    assert told(given, untested=False) == []


def test_what_is_not_chosen_yet_is_not_missing():
    assert told(Choices()) == []


def test_what_embeds_texts_is_no_reasoner():
    embedder = endpoint("embedder", role="embeddings")
    [(_, sentence)] = told(choices(endpoints=ModelEndpoints(embedder, reader())))
    assert sentence == "The endpoint embedder embeds texts: name another as reasoner."


@pytest.mark.parametrize("options", [(), ("--dry-run",), ("--wait",)])
def test_the_command_says_what_is_missing_and_writes_and_estimates_nothing(options, capsys):
    factories.question_set(1)
    factories.graph()
    endpoint(tested=False)
    reader(tested=False)
    with pytest.raises(CommandError, match="embed_graph small, or choose"):
        call_command(
            *("generate", "--questions", "questions", "--graph", "small", *options),
            *("--config", "default", "--reasoner", "reasoner", "--reader", "reader"),
        )
    assert capsys.readouterr().out == ""
    assert not Batch.objects.exists()
