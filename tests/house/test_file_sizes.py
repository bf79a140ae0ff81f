"""A topic is a file or a folder of files, neither too long to be read nor named by a bag word."""

from collections import Counter

from tests.house.source import CODE, name_of, python_files

MAX_LINES = 300
MAX_MODULES = 12
BAG_WORDS = {"utils", "util", "helpers", "helper", "common", "services", "manager", "misc"}


def test_no_python_file_is_longer_than_300_lines():
    sizes = {
        name_of(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in python_files(*CODE, "tests")
    }
    assert not {name: lines for name, lines in sizes.items() if lines > MAX_LINES}


def test_no_folder_holds_more_than_12_modules():
    modules = [path for path in python_files(*CODE, "tests") if not path.stem.startswith("__")]
    # Django looks for an app's commands in this one folder alone.
    folders = Counter(name_of(p.parent) for p in modules if p.parent.name != "commands")
    assert not {folder: size for folder, size in folders.items() if size > MAX_MODULES}


def test_no_module_is_named_by_a_bag_word():
    modules = python_files(*CODE, "tests")
    named = [path for path in modules if BAG_WORDS & {path.stem, path.parent.name}]
    assert not [name_of(path) for path in named]
