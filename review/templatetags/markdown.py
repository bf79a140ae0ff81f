"""Guidelines as Markdown: the one place where a lead's text becomes HTML.

Raw HTML is shown as text, images are left out, and a link leads to http, https or mail, or is
no link. So nothing a lead writes can run, load or send anything in a reviewer's page.
"""

from collections.abc import MutableMapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

LINK_SCHEMES = frozenset({"http", "https", "mailto"})
# The page has a title and panes of its own: headings in a guideline stand below them.
HEADINGS = {"h1": "h3", "h2": "h4", "h3": "h5", "h4": "h6", "h5": "h6", "h6": "h6"}


def render_guidelines(text: str) -> SafeString:
    """The text as HTML that is safe in any page."""
    # Every tag and attribute below is markdown-it's own; with `html` off the text is escaped.
    html: str = _markdown().render(text.replace("\0", ""))
    return SafeString(html)


def _markdown() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 20})
    parser.enable("table").disable(["image", "html_block", "html_inline"])
    parser.validateLink = _may_link  # type: ignore[method-assign]
    parser.core.ruler.push("direction", _direct)
    parser.add_render_rule("link_open", _link)
    parser.add_render_rule("heading_open", _heading)
    parser.add_render_rule("heading_close", _heading)
    parser.add_render_rule("th_open", _cell)
    parser.add_render_rule("td_open", _cell)
    return parser


def _direct(state: StateCore) -> None:
    """Each paragraph, heading, item and cell takes the direction of its own text."""
    for token in state.tokens:
        if token.nesting == 1:
            token.attrSet("dir", "auto")


def _may_link(url: str) -> bool:
    try:
        return urlsplit(url.strip()).scheme.lower() in LINK_SCHEMES
    except ValueError:
        return False


def _link(
    renderer: RendererHTML,
    tokens: Sequence[Token],
    at: int,
    options: Any,
    env: MutableMapping[str, Any],
) -> str:
    tokens[at].attrSet("rel", "noopener noreferrer")
    return renderer.renderToken(tokens, at, options, env)


def _heading(
    renderer: RendererHTML,
    tokens: Sequence[Token],
    at: int,
    options: Any,
    env: MutableMapping[str, Any],
) -> str:
    tokens[at].tag = HEADINGS[tokens[at].tag]
    return renderer.renderToken(tokens, at, options, env)


def _cell(
    renderer: RendererHTML,
    tokens: Sequence[Token],
    at: int,
    options: Any,
    env: MutableMapping[str, Any],
) -> str:
    # A column's alignment would be an inline style, which the pages' security policy forbids.
    tokens[at].attrs.pop("style", None)
    return renderer.renderToken(tokens, at, options, env)
