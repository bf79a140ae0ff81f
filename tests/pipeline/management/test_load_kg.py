"""`manage.py load_kg`: from a file or the published address to a graph version."""

import hashlib
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.management import CommandError, call_command

from pipeline.models import KnowledgeGraph
from tests.factories import EDGES, NODES
from tests.factories.kg import write_kg, write_synonyms

pytestmark = pytest.mark.django_db


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path):
    settings.KNOWLEDGE_GRAPH_DIR = tmp_path / "graphs"
    settings.DOWNLOAD_DIR = tmp_path / "downloads"


@pytest.fixture
def source(tmp_path):
    return write_kg(tmp_path / "kg.csv", NODES, EDGES)


@pytest.fixture
def published(settings, tmp_path):
    """The small graph at an address of its own, which the settings name."""
    folder = tmp_path / "published"
    folder.mkdir()
    content = write_kg(folder / "kg.csv", NODES, EDGES).read_bytes()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    settings.PRIMEKG_URL = f"http://127.0.0.1:{server.server_address[1]}/kg.csv"
    settings.PRIMEKG_MD5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    yield folder / "kg.csv"
    server.shutdown()
    server.server_close()


def test_a_file_is_loaded_with_its_synonyms(source, tmp_path, capsys):
    synonyms = write_synonyms(tmp_path / "synonyms.tsv", [(1, "albuterol")])
    call_command("load_kg", source, name="small", synonyms=synonyms)
    assert "small v1 loaded: 10 nodes, 10 edges, 20 rows, 1 synonyms" in capsys.readouterr().out
    assert KnowledgeGraph.objects.get().synonym_count == 1


def test_primekg_is_fetched_from_the_address_that_the_settings_name(published, settings, capsys):
    call_command("load_kg", "--download", "--name=primekg")
    said = capsys.readouterr().out
    assert str(settings.DOWNLOAD_DIR / "primekg" / "kg.csv") in said
    assert "primekg v1 loaded" in said
    published.unlink()
    call_command("load_kg", "--download", "--name=primekg")
    assert "primekg v1 already loaded" in capsys.readouterr().out


def test_another_file_than_was_published_is_no_graph(published, settings):
    settings.PRIMEKG_MD5 = "0" * 32
    with pytest.raises(CommandError, match=f"not {'0' * 32}"):
        call_command("load_kg", "--download", "--name=primekg")
    assert not KnowledgeGraph.objects.exists()


def test_a_missing_address_is_told(published):
    published.unlink()
    with pytest.raises(CommandError, match="answered 404"):
        call_command("load_kg", "--download", "--name=primekg")


@pytest.mark.parametrize("arguments", [(), ("kg.csv", "--download")])
def test_a_file_or_the_download_not_both_and_not_neither(arguments):
    with pytest.raises(CommandError, match="argument"):
        call_command("load_kg", *arguments, "--name=small")


def test_a_missing_file_is_told(source, tmp_path):
    with pytest.raises(CommandError, match=r"There is no file .*nowhere\.csv"):
        call_command("load_kg", tmp_path / "nowhere.csv", name="small")
    with pytest.raises(CommandError, match=r"There is no file .*nowhere\.csv"):
        call_command("load_kg", source, name="small", synonyms=tmp_path / "nowhere.csv")


def test_a_bad_synonym_names_its_line_and_leaves_nothing(source, tmp_path, settings):
    synonyms = write_synonyms(tmp_path / "synonyms.csv", [(1, "albuterol"), (99, "x")])
    with pytest.raises(CommandError, match=r"synonyms\.csv, line 3: the graph has no node 99"):
        call_command("load_kg", source, name="small", synonyms=synonyms)
    assert list(settings.KNOWLEDGE_GRAPH_DIR.iterdir()) == []
