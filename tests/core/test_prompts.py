"""Prompts fail before a token is spent, and never change once released."""

import hashlib
import json

import pytest

from pipeline.core.prompts import PromptError, PromptVariablesError, load_prompt, read_lock

TEMPLATE = "{% for option in options %}{{ option }}\n{% endfor %}Q: {{ question }}"


@pytest.fixture
def folder(tmp_path):
    def write(template=TEMPLATE, lock=None, name="extract", version="v1"):
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / f"{version}.jinja").write_text(template)
        (tmp_path / "prompts.lock").write_text(json.dumps(lock or {}))
        return tmp_path

    return write


def test_a_prompt_knows_its_variables_and_checksum(folder):
    prompt = load_prompt("extract", "v1", folder=folder())
    assert (prompt.name, prompt.version) == ("extract", "v1")
    assert prompt.variables == {"options", "question"}
    assert prompt.sha256 == hashlib.sha256(TEMPLATE.encode()).hexdigest()


def test_rendering_leaves_the_text_as_it_is(folder):
    prompt = load_prompt("extract", "v1", folder=folder())
    assert prompt.render(options=["a < b"], question="{{ x }} & y?") == "a < b\nQ: {{ x }} & y?"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"question": "x"}, r"missing \['options'\]"),
        ({"question": "x", "options": [], "answer": "y"}, r"unknown \['answer'\]"),
    ],
)
def test_variables_are_checked_exactly(folder, given, message):
    with pytest.raises(PromptVariablesError, match=message):
        load_prompt("extract", "v1", folder=folder()).render(**given)


def test_a_missing_attribute_is_an_error_and_never_an_empty_text(folder):
    prompt = load_prompt("extract", "v1", folder=folder("{{ node.name }}"))
    with pytest.raises(PromptError, match="name"):
        prompt.render(node={})


@pytest.mark.parametrize(
    "template", ["{{ question.__class__.__mro__ }}", "{{ question.append('x') }}"]
)
def test_templates_reach_nothing_but_their_values_and_change_none(folder, template):
    with pytest.raises(PromptError, match="unsafe"):
        load_prompt("extract", "v1", folder=folder(template)).render(question=[])


def test_a_released_prompt_that_changed_is_refused(folder):
    released = hashlib.sha256(TEMPLATE.encode()).hexdigest()
    lock = {"extract/v1": released}
    assert load_prompt("extract", "v1", folder=folder(lock=lock)).sha256 == released
    with pytest.raises(PromptError, match="changed after its release"):
        load_prompt("extract", "v1", folder=folder(TEMPLATE + " ", lock=lock))
    assert load_prompt("extract", "v2", folder=folder("New.", lock=lock, version="v2")).render()


@pytest.mark.parametrize(
    ("name", "version"), [("../extract", "v1"), ("extract", "v0"), ("extract", "../v1"), ("", "v1")]
)
def test_names_lead_nowhere_else(folder, name, version):
    with pytest.raises(PromptError, match="no name and version"):
        load_prompt(name, version, folder=folder())


def test_the_template_languages_own_names_are_no_exception(folder):
    prompt = load_prompt("extract", "v1", folder=folder("{{ lipsum() }}"))
    with pytest.raises(PromptVariablesError, match="lipsum"):
        prompt.render()


@pytest.mark.parametrize("template", ["{% if %}", "{{ question"])
def test_a_malformed_template_does_not_load(folder, template):
    with pytest.raises(PromptError, match="cannot be loaded"):
        load_prompt("extract", "v1", folder=folder(template))


def test_a_missing_template_or_lock_is_named(folder):
    with pytest.raises(PromptError, match=r"extract/v3 cannot be loaded"):
        load_prompt("extract", "v3", folder=folder())
    place = folder()
    (place / "prompts.lock").unlink()
    with pytest.raises(PromptError, match=r"prompts\.lock"):
        load_prompt("extract", "v1", folder=place)


@pytest.mark.parametrize("lock", ["[]", "{", '{"extract/v1": 1}'])
def test_a_lock_that_is_not_one_is_refused(folder, lock):
    place = folder()
    (place / "prompts.lock").write_text(lock)
    with pytest.raises(PromptError, match=r"prompts\.lock"):
        load_prompt("extract", "v1", folder=place)


def test_every_released_prompt_of_the_project_loads_as_it_was():
    for released, sha256 in read_lock().items():
        name, version = released.split("/")
        assert load_prompt(name, version).sha256 == sha256
