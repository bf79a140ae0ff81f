"""A topic is a file, and its name says which topic."""

from tests.house.source import CODE, name_of, python_files

LONGEST = 300
BAG_WORDS = {"utils", "util", "helpers", "helper", "common", "services", "manager", "misc"}


def test_no_python_file_is_longer_than_300_lines():
    sizes = {
        name_of(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in python_files(*CODE, "tests")
    }
    assert not {name: lines for name, lines in sizes.items() if lines > LONGEST}


def test_no_module_is_named_by_a_bag_word():
    modules = python_files(*CODE, "tests")
    named = [path for path in modules if BAG_WORDS & {path.stem, path.parent.name}]
    assert not [name_of(path) for path in named]
