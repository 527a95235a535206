"""One product in a real browser: proposed, decided, published, suspended, replaced, recalled; and the public view."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2 as httpx
import pytest

from harness.certificates.verification import verify_certificate
from tests.console.console_rig import PASSWORD
from tests.console.test_console_browser import ServedConsole
from tests.console.test_console_certification import CertifyingRig

if TYPE_CHECKING:
    from playwright.sync_api import Page

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed (extra `test`)")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed (Debian: apt install chromium)")

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_PATIENCE = 180_000  # milliseconds; on a machine that does much else
# A folder for screenshots of the pages; none are made without it.
_PICTURES = os.environ.get("LIENTHONG_TEST_PICTURES")


class CertifyingOffice:
    """All participants, each in a separate browser window."""

    def __init__(self, browser: Any, served: ServedConsole, rig: CertifyingRig) -> None:
        self.served, self.rig = served, rig
        self._browser = browser
        self._pages: dict[str, Page] = {}

    def page(self, name: str = "") -> "Page":
        """Return a browser page of a signed-in person; without a name, of a visitor."""
        if name not in self._pages:
            opened = self._browser.new_context(locale="vi-VN").new_page()
            opened.set_default_timeout(_PATIENCE)
            if name:
                opened.goto(f"{self.served.base}/sign-in")
                opened.get_by_label("Tên đăng nhập").fill(name)
                opened.get_by_label("Mật khẩu").fill(PASSWORD)
                opened.keyboard.press("Enter")
                opened.get_by_role("heading", name="Tổng quan").wait_for()
            self._pages[name] = opened
        return self._pages[name]

    def go(self, name: str, path: str) -> "Page":
        page = self.page(name)
        page.goto(f"{self.served.base}{path}")
        return page

    def certified(self, run: str, replaces: str = "") -> str:
        """Propose a run and decide to certify it, as two people; return the number of the certificate."""
        lan = self.go("lan", f"/runs/{run}")
        lan.get_by_role("link", name="Đề nghị chứng nhận").click()
        lan.get_by_label("Nhận định của người đánh giá").fill("Đạt mọi yêu cầu, hồ sơ đủ.")
        if replaces:
            lan.get_by_label("Thay thế giấy chứng nhận").select_option(replaces)
            lan.get_by_label("Điều thay đổi").fill("Đã sửa lỗi bị khiếu nại")
            lan.get_by_label("Vì sao").fill("Khiếu nại có cơ sở")
        lan.get_by_role("button", name="Đề nghị chứng nhận").click()
        lan.get_by_label("Ý kiến của tôi").fill("Nên thử thêm với tệp lớn.")
        lan.get_by_role("button", name="Ghi ý kiến").click()
        lan.locator("article.said", has_text="Nên thử thêm").wait_for()
        minh = self.go("minh", "/proposals")
        minh.locator("section", has_text="Chờ quyết định").get_by_role("link", name="QLVB Alpha").first.click()
        minh.get_by_label("Lý do").fill("Đồng ý với đánh giá.")
        minh.get_by_label("Điều kiện").fill("Báo trước khi đổi cách ký số.")
        (self.picture if replaces else self.look)(minh, "proposal")
        minh.get_by_role("button", name="Cấp giấy chứng nhận").click()
        minh.locator("p.headline a").click()
        return minh.url.rpartition("/")[2]

    def publish(self, number: str) -> None:
        """Have the holder consent and the approver publish."""
        self.go("alpha", f"/certificates/{number}").get_by_role("button", name="Ghi nhận đồng ý công bố").click()
        self.act(number, "publish")

    def act(self, number: str, act: str, reason: str = "") -> None:
        minh = self.go("minh", f"/certificates/{number}")
        minh.get_by_label("Thao tác").select_option(act)
        minh.get_by_label("Lý do").fill(reason)
        minh.get_by_role("button", name="Thực hiện").click()
        minh.wait_for_load_state()
        assert minh.locator("[role=alert]").count() == 0

    def picture(self, page: "Page", name: str) -> None:
        """Save a screenshot of a page, if a folder is set."""
        if _PICTURES:
            page.screenshot(path=f"{_PICTURES}/{name}.png", full_page=True)

    def look(self, page: "Page", name: str) -> None:
        """Check that a page is accessible."""
        self.picture(page, name)
        page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
        found = page.evaluate(f"axe.run({{runOnly: {_RULES}}})")
        assert [(name, one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CertifyingOffice]:
    data = tmp_path_factory.mktemp("certifying")
    with CertifyingRig(data) as rig, pytest.MonkeyPatch.context() as environment:
        rig.passed("run2")
        environment.setenv("LIENTHONG_AUTHORITY", str(rig.by.folder))
        served = ServedConsole(data / "console")
        served.start()
        with playwright.sync_playwright() as started:
            browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            served.wait()
            yield CertifyingOffice(browser, served, rig)
            browser.close()
        served.kill()


def test_one_product_from_proposal_to_recall(office: CertifyingOffice, tmp_path: Path) -> None:
    first = office.certified("run1")
    office.picture(office.page("minh"), "certificate")
    office.publish(first)
    public = office.go("", "/register")
    public.get_by_label("Số, sản phẩm, tổ chức, mã cơ quan").fill("alpha h41")
    public.get_by_role("button", name="Tìm").click()
    office.picture(public, "register")
    public.get_by_role("link", name=first).click()
    assert public.locator(".headline .tag").inner_text().lower() == "còn hiệu lực"
    shown = httpx.get(f"{office.served.base}/register/{first}/certificate.pdf").content
    assert shown.startswith(b"%PDF-")

    office.act(first, "suspend", "Khiếu nại của cơ quan X")
    assert office.go("", f"/register/{first}").locator(".headline .tag").inner_text().lower() == "tạm đình chỉ"
    second = office.certified("run2", replaces=first)
    office.publish(second)
    public = office.go("", f"/register/{first}")
    office.picture(public, "registered")
    public.get_by_role("status").get_by_role("link", name=second).click()
    assert public.locator(".headline .tag").inner_text().lower() == "còn hiệu lực"

    snapshot = httpx.get(f"{office.served.base}/register.jws").content
    found = verify_certificate(shown, office.rig.by.authority.keys, datetime.now(UTC), snapshot)
    assert (found.problems, found.state, found.registered) == ((), "replaced", True)
    listed = httpx.get(f"{office.served.base}/register.json").json()["entries"]
    assert {one["number"]: one["state"] for one in listed} == {first: "replaced", second: "active"}

    minh = office.go("minh", "/recalls?version=0.1.0")
    office.picture(minh, "recalls")
    minh.get_by_role("button", name="Xét lại tất cả từ bằng chứng").click()
    minh.get_by_text("0 trong 2 giấy chứng nhận nay có kết quả khác.").wait_for()
    office.look(minh, "recall")
    if _PICTURES:
        Path(_PICTURES, "certificate.pdf").write_bytes(shown)


def test_its_pages_are_accessible_and_fit_at_every_width(office: CertifyingOffice) -> None:
    for width, dark, language, name in ((360, True, "en", "minh"), (1200, False, "en", "")):
        page = office.page(name)
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme="dark" if dark else "light")
        number = httpx.get(f"{office.served.base}/register.json").json()["entries"][0]["number"]
        inside = ("/proposals", "/proposals/1", "/certificates", f"/certificates/{number}", "/recalls?version=0.1.0")
        for path in (*(inside if name else ()), "/register", f"/register/{number}"):
            page.goto(f"{office.served.base}{path}{'&' if '?' in path else '?'}lang={language}")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            office.look(page, f"{path.strip('/').replace('/', '-').partition('?')[0]}-{width}-{language}")
