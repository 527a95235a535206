"""A tester's day in a real browser: declare, look, run, restart the console in the middle, evidence, report."""

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2 as httpx
import pytest

from tests.console.console_rig import MANUAL, PASSWORD, PROGRAM, ConsoleRig
from tests.report.report_runs import failed_plan

if TYPE_CHECKING:
    from playwright.sync_api import Page

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed (extra `test`)")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed (Debian: apt install chromium)")

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_PATIENCE = 180_000  # milliseconds; on a machine that does much else


class ServedConsole:
    """The console as people start it, at an address that is the same after a restart."""

    def __init__(self, data: Path) -> None:
        self.data = data
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.base = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        words = [*PROGRAM, "console", "--data", str(self.data), "--listen", f"127.0.0.1:{self.port}"]
        self._process = subprocess.Popen(words, stderr=subprocess.DEVNULL)

    def wait(self) -> None:
        """Wait until it answers."""
        end = time.monotonic() + _PATIENCE / 1000
        while time.monotonic() < end:
            try:
                if httpx.get(f"{self.base}/healthz").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        pytest.fail("the console did not come up")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedConsole]:
    data = tmp_path_factory.mktemp("console")
    with ConsoleRig(data) as rig:
        rig.user("lan", "tester")
        rig.user("alpha", "vendor", "Công ty Alpha")
        rig.ended_run(rig.system("Công ty Alpha"), "alpha", failed_plan())
        rig.system("Công ty Alpha", MANUAL.replace("system_id:", "secret: bí-mật-của-hệ-thống, system_id:"))
    console = ServedConsole(data)
    console.start()  # it comes up while the browser does
    yield console
    console.kill()


@pytest.fixture(scope="module")
def page(served: ServedConsole) -> Iterator["Page"]:
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        opened = browser.new_context(locale="vi-VN").new_page()
        opened.set_default_timeout(_PATIENCE)
        served.wait()
        opened.goto(served.base)
        opened.get_by_label("Tên đăng nhập").fill("lan")
        opened.get_by_label("Mật khẩu").fill(PASSWORD)
        opened.keyboard.press("Enter")
        opened.get_by_role("heading", name="Tổng quan").wait_for()
        yield opened
        browser.close()


def test_a_day_of_a_tester(page: "Page", served: ServedConsole) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.get_by_role("link", name="Công ty Alpha").click()
    page.locator("select[name=variant]").select_option("utf-16")
    page.get_by_role("button", name="Thêm hệ thống tham chiếu").click()
    page.get_by_role("button", name="Kiểm tra", exact=True).click()
    page.get_by_text("Sẵn sàng để chạy.").wait_for()
    page.get_by_label("Yêu cầu tự chọn").check()
    page.get_by_label("Mã yêu cầu").fill("PKG-02")
    page.get_by_role("button", name="Bắt đầu").click()
    page.locator("#board .tile").first.wait_for()  # the page loads it by itself
    page.evaluate("window.stillTheSamePage = true")
    address = page.url
    served.kill()
    served.start()
    served.wait()
    page.locator("#findings").wait_for()  # the page went on by itself after the connection was lost
    assert page.evaluate("window.stillTheSamePage") is True
    assert page.url == address
    assert page.locator("#progress .tag.large").inner_text() == "KHÔNG ĐẠT"
    page.locator("#board .tile.fail a").first.click()
    page.get_by_role("heading", name="PKG-02.not-utf8").wait_for()
    assert page.locator("pre mark").count() >= 1
    assert page.locator("figure.picture svg").count() >= 1
    page.get_by_label("Nhận xét của tôi").fill("Đã báo nhà cung cấp.")
    page.get_by_role("button", name="Ghi nhận xét").click()
    page.locator("article.said", has_text="Đã báo nhà cung cấp.").wait_for()
    page.get_by_role("link", name=re.compile("^Lần chạy ")).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Toàn bộ lần chạy (zip)").click()
    assert download.value.suggested_filename.endswith(".zip")
    page.get_by_role("link", name="Báo cáo (HTML)").click()
    assert "PKG-02" in page.locator("body").inner_text()
    assert [text for text in said if "Content Security Policy" in text] == []


def test_a_person_answers_with_evidence(page: "Page", served: ServedConsole, tmp_path: Path) -> None:
    large, picture = tmp_path / "quá lớn.bin", tmp_path / "ảnh <b>màn hình.png"
    large.write_bytes(bytes(26_000_000))
    picture.write_bytes(b"\x89PNG evidence")
    page.goto(f"{served.base}/systems/2?lang=vi")
    page.get_by_label("Vì sao vẫn chạy").fill("thử")
    page.get_by_label("Yêu cầu tự chọn").check()
    page.get_by_label("Mã yêu cầu").fill("SND-01")
    page.get_by_role("button", name="Bắt đầu").click()
    page.get_by_text(re.compile(r"còn \d+:\d\d")).wait_for()
    run = page.url
    page.locator("input[name=shown]").set_input_files(large)
    page.get_by_role("button", name="Xong", exact=True).click()
    page.get_by_role("heading", name="Nội dung gửi lên quá lớn").wait_for()
    page.goto(run)
    page.locator("input[name=shown]").set_input_files(picture)
    page.get_by_label("Nội dung trả lời").fill("không làm được")
    page.keyboard.press("Enter")  # says no more than what was typed: not that it is done
    with page.expect_download() as download:
        page.get_by_role("link", name="ảnh bmàn hình.png").click()
    assert Path(download.value.path()).read_bytes() == picture.read_bytes()
    page.goto(run)
    if page.locator("details.stop").count():
        page.locator("details.stop summary").click()
        page.locator("textarea[name=reason]").fill("đủ rồi")
        page.get_by_role("button", name="Dừng lần chạy").click()
    page.locator("#findings").wait_for()
    assert page.locator("#progress .tag.large").inner_text() == "chưa kết luận"


def test_every_page_is_accessible_at_every_width(page: "Page", served: ServedConsole) -> None:
    paths = ("/", "/runs", "/organisations/1", "/organisations/1/systems/new", "/systems/2", "/runs/alpha",
             "/runs/alpha/findings/1", "/runs/alpha/messages", "/search?q=utf", "/account", "/account/tokens",
    )  # fmt: skip
    tab = page.context.new_page()
    # With every page comes what looks at it: it need not be sent each time.
    tab.add_init_script(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
    for width, dark, language in ((1200, False, "vi"), (360, True, "en")):
        tab.set_viewport_size({"width": width, "height": 800})
        tab.emulate_media(color_scheme="dark" if dark else "light")
        for path in paths[2:7] if dark else paths:
            tab.goto(f"{served.base}{path}{'&' if '?' in path else '?'}lang={language}", wait_until="domcontentloaded")
            assert tab.evaluate("document.documentElement.scrollWidth") <= width, path
            found = tab.evaluate(f"axe.run({{runOnly: {_RULES}, resultTypes: ['violations']}})")
            assert [(path, one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
    tab.goto(f"{served.base}/?lang=vi")  # the browser remembers which language was chosen
    tab.close()
