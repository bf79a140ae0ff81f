"""This program's own version: git's files are read, no program is started."""

import subprocess

import pytest

from pipeline.software import commit_of, software_version


def git(*arguments, at):
    done = subprocess.run(["git", *arguments], cwd=at, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def checkout(tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    git("init", "-q", "-b", "main", at=root)
    who = ("-c", "user.name=n", "-c", "user.email=n@example.org")
    git(*who, "commit", "-q", "--allow-empty", "-m", "first", at=root)
    return root


def test_the_commit_is_what_git_says(checkout, tmp_path):
    commit = git("rev-parse", "HEAD", at=checkout)
    assert commit_of(checkout) == commit
    git("worktree", "add", "-q", "-b", "side", str(tmp_path / "side"), at=checkout)
    assert commit_of(tmp_path / "side") == commit
    git("pack-refs", "--all", at=checkout)
    assert commit_of(checkout) == commit_of(tmp_path / "side") == commit
    git("checkout", "-q", "--detach", at=checkout)
    assert commit_of(checkout) == commit


def test_no_checkout_has_no_commit(tmp_path):
    assert commit_of(tmp_path) == ""
    (tmp_path / ".git").write_text("gitdir: /nowhere/at/all")
    assert commit_of(tmp_path) == ""


def test_the_version_is_the_packages():
    assert software_version().split("+")[0].count(".") == 2
