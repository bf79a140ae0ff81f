"""What is wrong with a page for who cannot see it well: axe's findings, and sideways scrolling."""

from collections.abc import Sequence

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# The themes differ in colours alone: whatever else axe looks at, it finds in either.
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
RULES = {"dark": {"runOnly": COLOURS}, "light": {}}
END_TRANSITIONS = """() => {
  const running = () => document.getAnimations().filter((one) => one instanceof CSSTransition);
  for (let found = running(); found.length > 0; found = running()) {
    for (const one of found) one.finish();
  }
}"""
FOUND = """async (options) => {
  const { violations } = await axe.run({ resultTypes: ["violations"], ...options });
  return violations.map((one) => `${one.id}: ${one.nodes[0].html.slice(0, 160)}`);
}"""


def faults(page: Page, widths: Sequence[int] = ()) -> list[str]:
    """What axe finds on the page as it stands, in both themes, and a page wider than its window.

    In each of these widths, or in the one it has; its width and the light theme are back after.
    """
    before = page.viewport_size
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(Axe().axe_script)
    found = []
    for theme, rules in RULES.items():
        in_theme(page, theme)
        for width in widths or [before["width"]]:
            page.set_viewport_size({"width": width, "height": before["height"]})
            place = f"{page.url} ({theme}, {width})"
            found += too_wide(page)
            found += [f"{place}: {one}" for one in page.evaluate(FOUND, rules)]
    page.set_viewport_size(before)
    return found


def in_theme(page: Page, theme: str) -> None:
    """The page in this theme, with no colour half-way to it."""
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    page.evaluate(END_TRANSITIONS)


def too_wide(page: Page) -> list[str]:
    wider = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [f"{page.url}: wider than {page.viewport_size}"] if wider else []
