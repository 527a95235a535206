"""The page in a real browser: hostile text inert, language switch without script, keyboard, print."""

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import pytest

from harness.report import write_reports
from tests.report.report_runs import build_run, failed_plan

if TYPE_CHECKING:
    from playwright.sync_api import Page

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed (extra `test`)")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed (Debian: apt install chromium)")

REQUESTED: list[str] = []
HOSTILE = (
    "</p></article></title></style><script>document.title='OWNED'</script>"
    "<img src='http://127.0.0.1:9/x' onerror=\"document.title='OWNED'\"><svg onload=\"document.title='OWNED'\">"
    "<a href=\"javascript:document.title='OWNED'\">x</a><iframe src='data:text/html,x'></iframe>\u202e\u0000"
)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Page"]:
    """A browser that shows the report of a run full of hostile text; what it asks for is kept in REQUESTED."""
    folder = tmp_path_factory.mktemp("run")
    plan = failed_plan(HOSTILE)
    plan.candidate = {
        **plan.candidate,
        "candidate": {"name": HOSTILE, "version": "\u202e1", "vendor": "X" * 10_000_000},
    }
    (path,) = write_reports(folder, build_run(folder, plan), lang="vi", formats=["html"])
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        shown = browser.new_page()
        shown.on("request", lambda request: REQUESTED.append(request.url))
        shown.goto(path.as_uri())
        yield shown
        browser.close()


def test_hostile_text_runs_nothing_and_loads_nothing(page: "Page") -> None:
    assert page.title().startswith("Không đạt – </p></article></title>")
    assert [url for url in REQUESTED if not url.startswith("file:")] == []
    assert page.locator("script, img, iframe, [onload], [onerror]").count() == 0
    assert page.locator("article.report").count() == 2


def test_page_is_not_wider_than_the_window(page: "Page") -> None:
    page.set_viewport_size({"width": 400, "height": 800})
    try:
        assert page.evaluate("document.documentElement.scrollWidth") <= 400
    finally:
        page.set_viewport_size({"width": 1280, "height": 720})


def test_language_is_switched_by_mouse_and_by_keyboard_without_script(page: "Page") -> None:
    vietnamese, english = page.locator("article.report:lang(vi)"), page.locator("article.report:lang(en)")
    assert (vietnamese.is_visible(), english.is_visible()) == (True, False)
    page.get_by_text("English", exact=True).click()
    assert (vietnamese.is_visible(), english.is_visible()) == (False, True)
    page.locator("#choose-en").focus()
    page.keyboard.press("ArrowLeft")
    assert (vietnamese.is_visible(), english.is_visible()) == (True, False)


def test_verdict_is_the_largest_text(page: "Page") -> None:
    sizes = page.evaluate(
        "[...document.querySelectorAll('article:lang(vi) *')].map(e => parseFloat(getComputedStyle(e).fontSize))"
    )
    verdict = page.locator("article:lang(vi) .verdict .word")
    assert verdict.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") == max(sizes)
    box = verdict.bounding_box()
    assert box is not None
    assert box["y"] < 720


def test_print_shows_one_language_and_no_switch(page: "Page") -> None:
    page.emulate_media(media="print")
    try:
        assert page.locator("article.report:lang(vi)").is_visible()
        assert not page.locator("article.report:lang(en)").is_visible()
        assert not page.locator(".bar").is_visible()
    finally:
        page.emulate_media(media="screen")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_enough_contrast(page: "Page", scheme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=scheme)
    try:
        assert page.evaluate(_CONTRAST) == []
    finally:
        page.emulate_media(color_scheme="light")


def _shown_rows(page: "Page") -> set[str]:
    shown: list[str] = page.evaluate(
        "[...document.querySelectorAll('article:lang(vi) tr[data-verdict]')].filter(e => e.checkVisibility("
        "{contentVisibilityAuto: true})).map(e => e.id)"
    )
    return set(shown)


def test_filters_show_only_what_was_chosen_and_unfold_it(page: "Page") -> None:
    part = page.locator("article:lang(vi)")
    assert _shown_rows(page) == set()
    try:
        part.locator("label[for=vi-show-fail]").click()
        assert _shown_rows(page) == {"vi-req-RCV-02", "vi-req-HDR-07"}
        part.locator("#vi-group").select_option("HDR")
        assert _shown_rows(page) == {"vi-req-HDR-07"}
        assert part.locator(".card:visible").count() == 1
        page.emulate_media(media="print")
        assert len(_shown_rows(page)) == 168
    finally:
        page.emulate_media(media="screen")
        part.locator("label[for=vi-show-all]").click()
        part.locator("#vi-group").select_option("all")


def test_a_link_into_a_fold_unfolds_it(page: "Page") -> None:
    part = page.locator("article:lang(vi)")
    scene = part.locator("#vi-scene-RCV-02")
    assert not scene.is_visible()
    part.locator(".card[open], .card").first.locator("summary").first.focus()
    page.evaluate("location.hash = 'vi-scene-RCV-02'")
    scene.wait_for(state="visible")


def test_pictures_scroll_in_their_own_frame_on_a_phone(page: "Page") -> None:
    page.set_viewport_size({"width": 400, "height": 800})
    try:
        page.evaluate("location.hash = 'vi-scene-RCV-02'")
        frame = page.locator("#vi-scene-RCV-02 .scroll").first
        frame.wait_for(state="visible")
        inner, outer = frame.evaluate("e => [e.scrollWidth, e.clientWidth]")
        assert inner > outer
        assert page.evaluate("document.documentElement.scrollWidth") <= 400
    finally:
        page.set_viewport_size({"width": 1280, "height": 720})


_CONTRAST = """() => {
  const light = c => { const [r, g, b] = c.match(/[0-9.]+/g).map(Number).map(v => v / 255)
      .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = e => { for (; e; e = e.parentElement) {
      const c = getComputedStyle(e).backgroundColor;
      if (!c.startsWith('rgba(') && c !== 'transparent') return c; }
    return 'rgb(255,255,255)'; };
  const poor = new Set(), folded = [...document.querySelectorAll('details:not([open])')];
  folded.forEach(e => { e.open = true; });
  for (const e of document.querySelectorAll('article:lang(vi) *:not(svg *)')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) || !e.offsetParent) continue;
    const a = light(getComputedStyle(e).color), b = light(ground(e));
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) poor.add(e.className + ': ' + e.textContent.slice(0, 40));
  }
  folded.forEach(e => { e.open = false; });
  return [...poor];
}"""
