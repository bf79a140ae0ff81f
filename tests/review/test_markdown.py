"""Guidelines: Markdown becomes HTML in one place, and nothing in it can act (attack case 13)."""

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.templatetags.markdown import LINK_SCHEMES, render_guidelines

TAGS = {
    *("p", "br", "hr", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "a"),
    *("h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"href", "title", "rel", "class", "start", "dir"}
HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<div hx-get="/x" hx-trigger="load">x</div>',
    '<form action="/x"><button hx-post="/y">z</button></form>',
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#115;cript:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    "[x](vbscript:x) [x](data:text/html,<script>) [x](file:///etc/passwd)",
    "[x](/grade/next/) [x](//evil.example/) [x](grade)",
    "![x](https://evil.example/pixel.png)",
    "![x](javascript:alert(1))",
    '[x](https://a.example "\\" onmouseover=alert(1) ")',
    '[x](https://a.example/"onmouseover="alert(1))',
    '```"><script>\nx\n```',
    "# <svg onload=alert(1)>",
    "| <b>a</b> | <i onclick=x>b</i> |\n|:-:|---|\n| c | d |",
)


class Reader(HTMLParser):
    """What a browser would find: tags, attributes, link targets."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]


def assert_harmless(text: str) -> Reader:
    found = Reader(render_guidelines(text))
    assert found.tags <= TAGS
    assert found.attributes <= ATTRIBUTES
    assert {link.split(":", 1)[0].lower() for link in found.links} <= LINK_SCHEMES
    return found


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_a_lead_writes_can_act(text):
    assert_harmless(text)


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from((*HOSTILE, "\n", "> ", "* ", "`", "[", "](", "&lt;", "\\", "<")), max_size=6
    )
)
def test_nor_can_any_mixture(parts):
    assert_harmless("".join(parts))


def test_what_guidelines_need_is_rendered():
    html = render_guidelines(
        "# Dose\n\nRead *twice*, **slowly**.\n\n1. first\n2. second\n\n"
        "[source](https://example.org/a?b=1&c=2)\n\n| a | b |\n|---|---|\n| c | d |"
    )
    assert '<h3 dir="auto">Dose</h3>' in html
    assert "<em>twice</em>" in html
    assert "<strong>slowly</strong>" in html
    assert '<li dir="auto">first</li>' in html
    assert (
        '<a href="https://example.org/a?b=1&amp;c=2" rel="noopener noreferrer">source</a>' in html
    )
    assert '<td dir="auto">c</td>' in html


def test_raw_html_is_shown_as_the_text_it_is():
    assert render_guidelines("<b>bold</b>") == '<p dir="auto">&lt;b&gt;bold&lt;/b&gt;</p>\n'


def test_a_link_that_leads_nowhere_good_stays_text():
    assert render_guidelines("[x](javascript:y)") == '<p dir="auto">[x](javascript:y)</p>\n'
