"""Versioned prompt templates: `<name>/v1.jinja`, released versions locked by their sha256."""

import hashlib
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jinja2 import StrictUndefined, Template, TemplateError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

FOLDER = Path(__file__).parent
LOCK_NAME = "prompts.lock"

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_VERSION = re.compile(r"v[1-9][0-9]*")
_ENVIRONMENT = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
# Jinja's globals would escape the check of variables, and one of them (lipsum) is random.
_ENVIRONMENT.globals.clear()


class PromptError(ValueError):
    """A prompt template is missing, malformed, or changed after its release."""


class PromptVariablesError(PromptError):
    """The variables given are not exactly those the template names."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One version of a prompt: its text, the text's sha256, and the variables it needs."""

    name: str
    version: str
    sha256: str
    variables: frozenset[str]
    template: str

    def render(self, **variables: object) -> str:
        """The prompt with its variables filled in. Raises PromptVariablesError before that."""
        missing = sorted(self.variables - variables.keys())
        unknown = sorted(variables.keys() - self.variables)
        if missing or unknown:
            where = f"Prompt {self.name}/{self.version}"
            raise PromptVariablesError(f"{where}: variables missing {missing}, unknown {unknown}.")
        try:
            return _compiled(self.template).render(variables)
        except TemplateError as error:
            raise PromptError(f"Prompt {self.name}/{self.version}: {error}") from error


def load_prompt(name: str, version: str, *, folder: Path = FOLDER) -> Prompt:
    """The named version of a prompt, e.g. ("extract", "v1"). Raises PromptError.

    A version in the lock must be what it was when released; one that is not there yet is
    still being written and loads as it stands.
    """
    if not _NAME.fullmatch(name) or not _VERSION.fullmatch(version):
        raise PromptError(f"{name!r}, {version!r} is no name and version of a prompt.")
    try:
        content = (folder / name / f"{version}.jinja").read_bytes()
        template = content.decode("utf-8")
        variables = _variables_of(template)
    except (OSError, UnicodeDecodeError, TemplateError) as error:
        raise PromptError(f"Prompt {name}/{version} cannot be loaded: {error}") from error
    sha256 = hashlib.sha256(content).hexdigest()
    if read_lock(folder).get(f"{name}/{version}", sha256) != sha256:
        raise PromptError(
            f"Prompt {name}/{version} changed after its release: write a new version."
        )
    return Prompt(name, version, sha256, variables, template)


@lru_cache(maxsize=64)
def _variables_of(template: str) -> frozenset[str]:
    return frozenset(meta.find_undeclared_variables(_ENVIRONMENT.parse(template)))


@lru_cache(maxsize=64)
def _compiled(template: str) -> Template:
    return _ENVIRONMENT.from_string(template)


def read_lock(folder: Path = FOLDER) -> dict[str, str]:
    """sha256 by "<name>/<version>" of every released prompt. Raises PromptError."""
    try:
        lock = json.loads((folder / LOCK_NAME).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise PromptError(f"{LOCK_NAME} cannot be read: {error}") from error
    if not isinstance(lock, dict) or not all(isinstance(v, str) for v in lock.values()):
        raise PromptError(f"{LOCK_NAME} is not an object of names and sha256 sums.")
    return lock
