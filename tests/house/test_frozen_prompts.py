"""A released prompt version never changes: its sha256 stands in prompts.lock; write v2 instead.

Loading refuses a changed prompt too; here every file must be released, and none may vanish.
"""

from hashlib import sha256

from pipeline.core.prompts import FOLDER, read_lock


def present() -> dict[str, str]:
    """sha256 by "<name>/<version>" of every prompt file, as prompts.lock keeps them."""
    return {
        path.relative_to(FOLDER).with_suffix("").as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in FOLDER.rglob("*.jinja")
    }


def test_every_prompt_is_released_and_none_has_changed():
    assert present() == read_lock()
