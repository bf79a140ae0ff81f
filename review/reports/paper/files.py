"""The paragraphs as Markdown, as LaTeX, and as JSON with every number's place in the reports."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict

from review.reports.paper.paper import FOR_AUTHORS, Paper

_LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    **{sign: f"\\{sign}" for sign in "%_&#${}"},
}
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~$&!])")
_MINUS = re.compile(r"(?<!\S)-(?=\d)")
_UNSPACED_PERCENT = re.compile(r"(?<=\d) (?=\\%)")


def paper_markdown(paper: Paper) -> str:
    """Headings and paragraphs; the guideline's items stand in comments."""
    return "\n".join(_lines(paper, _markdown_part, escape_markdown)) + "\n"


def paper_latex(paper: Paper) -> str:
    """Sections and paragraphs to be put into a document by \\input."""
    return "\n".join(_lines(paper, _latex_part, escape_latex)) + "\n"


def paper_json(paper: Paper) -> str:
    """The paragraphs, and every number in them with its value and its place in a report."""
    content = {
        "preliminary": asdict(paper.preliminary) | {"text": paper.preliminary.text}
        if paper.preliminary
        else None,
        "study": paper.study,
        **{name.replace(" ", "_"): value for name, value in paper.imprint.items()},
        "paragraphs": [
            {"section": title, **asdict(paragraph), "text": paragraph.text}
            for title, paragraphs in paper.sections
            for paragraph in paragraphs
        ],
        "for_the_authors": [{"item": item, "asks": asks} for item, asks in FOR_AUTHORS.items()],
        "figures": [asdict(figure) for figure in paper.figures],
    }
    return json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)


FORMS: dict[str, tuple[Callable[[Paper], str], str]] = {
    "md": (paper_markdown, "text/markdown"),
    "tex": (paper_latex, "application/x-tex"),
    "json": (paper_json, "application/json"),
}


def escape_latex(text: str) -> str:
    """Any text as LaTeX that prints it."""
    one_line = " ".join(text.split())
    escaped = "".join(_LATEX.get(sign, sign) for sign in one_line)
    spaced = _UNSPACED_PERCENT.sub(lambda _: "\\,", escaped)
    return _MINUS.sub("$-$", spaced)


def escape_markdown(text: str) -> str:
    """Any text as Markdown that shows it."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def _lines(
    paper: Paper, part: Callable[[str, str], str], escape: Callable[[str], str]
) -> Iterator[str]:
    if paper.preliminary:
        yield part("comment", paper.preliminary.text)
    yield part(
        "comment",
        f"Study: {paper.study}. As of {paper.imprint['as of']}; audit head "
        f"{paper.imprint['audit head']}. Items are those of GRRAS (Kottner et al. 2011).",
    )
    for item, asks in FOR_AUTHORS.items():
        yield part("comment", f"GRRAS {item}, for the authors: {asks}")
    for title, paragraphs in paper.sections:
        yield ""
        yield part("section", escape(title))
        for paragraph in paragraphs:
            yield ""
            yield part("comment", f"GRRAS {paragraph.item}")
            yield f"{part('paragraph', escape(paragraph.heading))} {escape(paragraph.text)}"


def _markdown_part(kind: str, text: str) -> str:
    if kind == "comment":
        # Two hyphens would end a comment in HTML.
        return f"<!-- {_one_line(text).replace('--', '- -').replace('>', '&gt;')} -->"
    return f"## {text}" if kind == "section" else f"**{text}.**"


def _latex_part(kind: str, text: str) -> str:
    if kind == "comment":
        return f"% {_one_line(text)}"
    return f"\\section*{{{text}}}" if kind == "section" else f"\\paragraph{{{text}.}}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
