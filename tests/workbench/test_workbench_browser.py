"""The page in a real browser: it keeps itself up to date, runs nothing that came from a system, and works by hand."""

import asyncio
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.hub.hub_rig import PROVINCE, document
from tests.workbench.bench_rig import BenchRig, bench_running

if TYPE_CHECKING:
    from playwright.sync_api import Page

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed (extra `test`)")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed (Debian: apt install chromium)")

HOSTILE = (
    "</td></table></main><script>document.title='OWNED'</script><img src='http://127.0.0.1:9/x' "
    "onerror=\"document.title='OWNED'\"><a href=\"javascript:document.title='OWNED'\">x</a>\u202e"
)


class RunningBench:
    """A hub with its workbench in a thread of its own, so that a browser can be driven beside it."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._ready, self._stop = threading.Event(), asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),))
        self.rig: BenchRig

    def __enter__(self) -> "RunningBench":
        self._thread.start()
        assert self._ready.wait(60)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._loop.close()

    async def _serve(self) -> None:
        async with bench_running(self._data) as self.rig:
            self._ready.set()
            await self._stop.wait()

    def send(self, content: bytes) -> None:
        asyncio.run_coroutine_threadsafe(self.rig.ministry.send_edoc(content, "edoc"), self._loop).result(60)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBench]:
    with RunningBench(tmp_path_factory.mktemp("hub")) as bench:
        yield bench


@pytest.fixture(scope="module")
def page(running: RunningBench) -> Iterator["Page"]:
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser.new_page(locale="vi-VN")
        browser.close()


def test_the_list_grows_without_a_reload_and_hostile_text_stays_text(page: "Page", running: RunningBench) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{running.rig.base}/")
    page.evaluate("window.stillTheSamePage = true")
    running.send(document("31", subject=HOSTILE))
    page.locator("tbody tr").first.wait_for(timeout=30_000)
    page.locator("tbody .tag.fail").first.wait_for(timeout=30_000)
    assert page.evaluate("window.stillTheSamePage") is True
    assert [call.number for call in running.rig.bench.ring.latest(10)] == [1]  # the page itself is no call
    page.locator("tbody tr td a").first.click()
    page.locator("article.finding.fail").first.wait_for()
    page.goto(f"{running.rig.base}/harness/page/mailboxes?box={PROVINCE}")
    assert "<script>" in page.locator("tbody").first.inner_text()
    assert "OWNED" not in page.title()
    assert page.locator("main script, main img, [onerror]").count() == 0
    assert {url for url in asked if not url.startswith(running.rig.base)} == set()
    assert [text for text in said if "Content Security Policy" in text] == []


def test_a_test_document_is_delivered_and_a_fault_set_by_hand(
    page: "Page", running: RunningBench, tmp_path: Path
) -> None:
    page.goto(f"{running.rig.base}/harness/page/mailboxes?box={PROVINCE}")
    page.get_by_role("button", name="Đặt vào hộp thư").first.click()
    page.locator("tr.new").wait_for()
    file = tmp_path / "của tôi.edxml"
    file.write_bytes(document("32", subject="Tệp của tôi"))
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Đặt vào hộp thư").last.click()
    page.locator("tr.new", has_text="Tệp của tôi").wait_for()
    page.goto(f"{running.rig.base}/harness/page/faults")
    page.get_by_role("button", name="Đặt lỗi").click()
    page.locator("tbody tr", has_text="503").wait_for()
    page.get_by_role("button", name="Bỏ tất cả").click()
    page.locator(".empty").wait_for()


def test_the_language_is_switched_and_kept(page: "Page", running: RunningBench) -> None:
    page.goto(f"{running.rig.base}/harness/page/")
    page.get_by_role("link", name="English").click()
    page.get_by_role("heading", name="Calls").wait_for()
    page.get_by_role("link", name="Faults").click()
    page.get_by_role("heading", name="A fault for the next call").wait_for()
    page.get_by_role("link", name="Tiếng Việt").click()
    page.get_by_role("heading", name="Gây lỗi cho lời gọi kế tiếp").wait_for()


@pytest.mark.parametrize("width", [360, 1200])
def test_no_page_is_wider_than_the_window(page: "Page", running: RunningBench, width: int) -> None:
    running.send(document(f"{width}", subject="a" * 400))
    page.set_viewport_size({"width": width, "height": 800})
    try:
        number = running.rig.bench.ring.latest(1)[0].number
        for path in ("", f"calls/{number}", f"mailboxes?box={PROVINCE}", "faults"):
            page.goto(f"{running.rig.base}/harness/page/{path}")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    finally:
        page.set_viewport_size({"width": 1280, "height": 720})


def test_a_page_of_another_address_sets_no_fault(page: "Page", running: RunningBench) -> None:
    port = running.rig.server.port
    page.goto(f"http://localhost:{port}/harness/page/faults")
    page.evaluate(
        "address => fetch(address, {method: 'POST', mode: 'no-cors', body: new URLSearchParams({answers: '503'})})"
        ".catch(() => null)",
        f"http://127.0.0.1:{port}/harness/page/faults/set",
    )
    assert running.rig.bench.faults.listed() == []
