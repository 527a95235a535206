"""The page: complete in itself, both languages, hostile text inert, accessible in structure."""

import itertools
import json
import re
from pathlib import Path
from typing import Any

import pytest
from lxml import etree, html

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.profiles import DEFAULT_PROFILE
from harness.catalogue.requirements import load_catalogue
from harness.catalogue.verdicts import Cause, Verdict
from harness.report import write_reports
from harness.seal.run_files import read_report
from tests.report.report_runs import CANDIDATE, RunPlan, build_run, changed, failed_plan

HOSTILE = (
    "</title><script>alert(1)</script><img src=http://evil.example/x onerror=alert(2)>"
    "\u202egnp.exe\u2066\x00\x1b[31m\ud800 {{ 7*7 }} {% raw %} ]]> <!-- ' \" &lt; "
)


def page_of(
    tmp_path: Path, plan: RunPlan | None = None, lang: Any = "vi", laboratory: Any = None, **changes: Any
) -> html.HtmlElement:
    """Write the page of a built run, recorded by a laboratory or not, and return it parsed."""
    report = changed(build_run(tmp_path / "run", plan), **changes)
    facts = json.loads((tmp_path / "run" / "run.json").read_bytes())
    (tmp_path / "run" / "run.json").write_text(json.dumps({**facts, "laboratory": laboratory}), encoding="ascii")
    (path,) = write_reports(tmp_path / "run", report, lang=lang, formats=["html"])
    return html.document_fromstring(path.read_text(encoding="utf-8"))


def article(page: html.HtmlElement, lang: str) -> html.HtmlElement:
    """Return the part of the page in one language."""
    (found,) = page.xpath(f"//article[@class='report'][@lang='{lang}']")
    return found


def test_verdict_comes_first_and_vietnamese_first(tmp_path: Path) -> None:
    page = page_of(tmp_path, failed_plan())
    first, second = page.xpath("//article[@class='report']")
    assert (first.get("lang"), second.get("lang")) == ("vi", "en")
    assert page.get("lang") == "vi"
    assert [" ".join(part.xpath(".//p[@class='word']")[0].text_content().split()) for part in (first, second)] == [
        "✘ Không đạt",
        "✘ Fail",
    ]
    assert page.xpath("//input[@name='language'][@checked]/@id") == ["choose-vi"]


def test_english_is_shown_first_when_asked_for(tmp_path: Path) -> None:
    page = page_of(tmp_path, lang="en")
    assert page.xpath("//input[@name='language'][@checked]/@id") == ["choose-en"]
    assert page.get("lang") == "en"


def test_page_loads_nothing_and_runs_nothing(tmp_path: Path) -> None:
    page = page_of(tmp_path, failed_plan(HOSTILE))
    assert not page.xpath("//script | //img | //link | //iframe | //object | //embed | //form | //base")
    assert not page.xpath("//@src | //@onerror | //@onclick | //@srcset")
    assert all(target.startswith("#") for target in page.xpath("//@href"))
    style = page.xpath("string(//style)")
    assert "url(" not in style
    assert "@import" not in style
    assert "http" not in style


def test_every_link_leads_somewhere_and_no_id_occurs_twice(tmp_path: Path) -> None:
    page = page_of(tmp_path, failed_plan())
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {target[1:] for target in page.xpath("//@href")} <= set(ids)
    assert set(" ".join(page.xpath("//@aria-labelledby")).split()) <= set(ids)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_headings_are_in_order(tmp_path: Path, lang: str) -> None:
    part = article(page_of(tmp_path, failed_plan()), lang)
    levels = [int(one.tag[1]) for one in part.iter("h1", "h2", "h3", "h4", "h5")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_tables_have_headers_with_scope(tmp_path: Path) -> None:
    page = page_of(tmp_path, failed_plan())
    assert page.xpath("//table")
    assert not page.xpath("//table[not(thead/tr/th)] | //th[not(@scope)]")


def test_hostile_text_is_shown_and_does_nothing(tmp_path: Path) -> None:
    candidate = {**CANDIDATE, "candidate": {"name": HOSTILE, "version": HOSTILE, "vendor": "Ă" * 10_000_000}}
    plan = failed_plan(HOSTILE)
    plan.candidate = candidate
    page = page_of(tmp_path, plan)
    text = etree.tostring(page, method="text", encoding="unicode")
    assert "<script>alert(1)</script>" in text
    assert r"\u202egnp.exe\u2066\u0000\u001b[31m" in text
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", text)
    assert "{{ 7*7 }}" in text
    assert len(text) < 2_000_000


def test_hostile_run_id_stays_out_of_style_and_markup(tmp_path: Path) -> None:
    plan = RunPlan(run_id='x"; } body { background: url(//evil) } </style><b>')
    page = page_of(tmp_path, plan)
    assert "url(" not in page.xpath("string(//style)")
    assert not page.xpath("//b[not(ancestor::article)]")


def test_report_identifies_what_iso_17025_asks_for(tmp_path: Path) -> None:
    laboratory = {
        "name": "Trung tâm Thử nghiệm",
        "address": "Hà Nội",
        "accreditation": "VILAS 999",
        "authorised": {"name": "Lê Văn B", "title": "Giám đốc"},
    }
    part = article(page_of(tmp_path, failed_plan(), laboratory=laboratory), "vi")
    facts = {
        one.xpath("string(dt)").strip(): one.xpath("string(dd)").strip()
        for one in part.xpath(".//section[@id='vi-identification']//dl/div")
    }
    assert facts["Phòng thử nghiệm"] == "Trung tâm Thử nghiệm"
    assert facts["Địa chỉ"] == facts["Nơi thử nghiệm"] == "Hà Nội"
    assert facts["Khách hàng (nhà cung cấp)"] == "Công ty Alpha"
    assert (facts["Sản phẩm được thử"], facts["Phiên bản"]) == ("QLVB Alpha", "3.2")
    assert facts["Phương pháp (bộ yêu cầu)"].startswith(f"{DEFAULT_PROFILE} 1.0")
    assert len(facts["Mã băm của bộ yêu cầu"]) == 64
    assert facts["Người có thẩm quyền"] == "Lê Văn B, Giám đốc"
    assert re.fullmatch(r"\d\d/\d\d/\d{4} \d\d:\d\d:\d\d \+07:00", facts["Bắt đầu"])
    assert "chỉ liên quan đến sản phẩm đã được thử" in part.text_content()
    assert "Hết báo cáo" in part.text_content()


def test_card_says_what_was_expected_received_and_where(tmp_path: Path) -> None:
    part = article(page_of(tmp_path, failed_plan()), "vi")
    (card,) = part.xpath(".//section[@id='vi-findings']/article[.//h3[contains(., 'HDR-07')]]")
    values = {one.xpath("string(dt)"): one.xpath("string(dd)").strip() for one in card.xpath(".//dl/div")}
    assert values["Mong đợi"] == "2026/11/23"
    assert values["Nhận được"] == "2026-11-23"
    assert card.xpath(".//dd[@class='received']//mark/text()") == ["-11-"]
    assert "sự kiện số 3" in values["Ở đâu"]
    assert "dòng 5" in values["Ở đâu"]
    assert "sendEdoc" in values["Đã xảy ra"]
    (line,) = card.xpath(".//pre[@class='lines']/span[@class='line here']")
    assert "<edXML:PromulgationDate>23/11/2026</edXML:PromulgationDate>" in line.text_content()
    assert re.search(r"lienthong validate run/blobs/[0-9a-f]{64}", card.text_content())
    assert "Còn 6 lần nữa" in card.text_content()


def test_failed_scenario_has_a_picture_of_its_messages(tmp_path: Path) -> None:
    part = article(page_of(tmp_path, failed_plan()), "en")
    (figure,) = part.xpath(".//figure[@class='picture']")
    described = figure.xpath("string(.//*[local-name()='desc'])")
    assert "8: Tested system → Reference hub: updateStatus done · docId r-1 (found here)" in described
    assert described.index("getReceivedEdocList") < described.index("updateStatus") < described.index("getEdoc")
    assert "D1 000.00.00.G22,2026/11/23,77/BTTTT-CTS" in " ".join(figure.xpath("string(figcaption)").split())
    assert "getEdoc ×3" in figure.text_content()


def test_narrowed_set_is_said_in_words_at_the_top(tmp_path: Path) -> None:
    page = page_of(tmp_path, RunPlan(only=("SND-01", "RCV-02")))
    for lang, words in (("vi", "không phải giấy chứng nhận"), ("en", "not a certificate")):
        (notice,) = article(page, lang).xpath(".//header//div[@class='notice narrowed']")
        assert words in notice.text_content()
        assert "SND-01, RCV-02" in notice.text_content()
        assert words in article(page, lang).xpath("string(.//h1)")


def test_what_has_no_result_is_explained(tmp_path: Path) -> None:
    plan = RunPlan(verdicts={"STS-02": Verdict.INCONCLUSIVE, "RTY-10": Verdict.NOT_RUN})
    part = article(page_of(tmp_path, plan), "en")
    assert "Inconclusive does not mean failed" in part.xpath("string(.//header)")
    reasons = {one.xpath("string(.//li/b)"): one.text_content() for one in part.xpath(".//div[@class='reason']")}
    assert set(reasons) == {"STS-02", "RTY-10"}
    assert "The command “decide” is not supported." in reasons["STS-02"]
    assert "No scenario or rule" in reasons["RTY-10"]


def test_one_cause_is_said_once_for_all_it_holds_up(tmp_path: Path) -> None:
    plan = RunPlan(
        verdicts={"STS-02": Verdict.INCONCLUSIVE, "SEC-01": Verdict.INCONCLUSIVE},
        causes={"STS-02": Cause.CANDIDATE, "SEC-01": Cause.CANDIDATE},
    )
    (reason,) = article(page_of(tmp_path, plan), "en").xpath(".//div[@class='reason']")
    assert reason.xpath("li/b/text() | ul/li/b/text()") == ["STS-02", "SEC-01"]
    assert reason.text_content().count("The command “decide” is not supported.") == 1
    assert reason.text_content().count("Cause: the tested system.") == 1


def test_unsigned_report_says_so_in_large_letters(tmp_path: Path) -> None:
    page = page_of(tmp_path)
    (notice,) = article(page, "vi").xpath(".//header//div[@class='notice unsigned']")
    assert "BÁO CÁO CHƯA KÝ SỐ" in notice.text_content()


def test_a_report_without_its_members_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text('{"schema": "lienthong.report/1", "verdict": "inconclusive"}')
    with pytest.raises(ConfigurationError, match=r"report\.unreadable"):
        read_report(tmp_path)


def test_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    report = build_run(tmp_path, failed_plan())
    first = [path.read_bytes() for path in write_reports(tmp_path, report, lang="vi", formats=["html", "junit", "md"])]
    again = [path.read_bytes() for path in write_reports(tmp_path, report, lang="vi", formats=["html", "junit", "md"])]
    assert first == again


def test_everything_seen_is_in_one_main_part_and_says_its_language(tmp_path: Path) -> None:
    page = page_of(tmp_path, failed_plan())
    assert len(page.xpath("//main")) == 1
    assert not page.xpath("//article[not(ancestor::main)]")
    assert page.xpath("//main/article/@lang") == ["vi", "en"]
    assert not page.xpath("//body/*[not(self::main)][not(@lang)]")


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_passed_scenario_is_one_line_with_the_command_that_shows_its_messages(tmp_path: Path, lang: str) -> None:
    part = article(page_of(tmp_path, failed_plan()), lang)
    (scene,) = part.xpath(".//details[contains(@class, 'scene')][.//summary//b = 'SND-01']")
    assert scene.get("open") is None
    statement = getattr(load_catalogue().requirements["SND-01"].statement, lang)
    assert " ".join(statement.replace("`", "").split()) in " ".join(scene.xpath("string(summary)").split())
    assert scene.xpath("string(.//pre)") == "lienthong show run SND-01"
    assert scene.xpath("ancestor::details[not(@open)]")


def test_every_requirement_of_a_page_can_be_filtered(tmp_path: Path) -> None:
    part = article(page_of(tmp_path, failed_plan()), "vi")
    rows = part.xpath(".//tr[starts-with(@id, 'vi-req-')]")
    assert len(rows) == 168
    assert {row.get("data-groups") for row in rows} == set(part.xpath(".//select/option/@value")) - {"all"}
    assert {row.get("data-verdict") for row in rows} >= {"pass", "fail", "inconclusive", "not_run", "remark"}


def test_clauses_and_numbers_are_written_as_the_language_does(tmp_path: Path) -> None:
    said = {"vi": "Đo được: 0.4 s, <= 2.1 giây, bản 1.2.", "en": "Measured: 0.4 s, <= 2.1 s, version 1.2."}
    page = page_of(tmp_path, limits=[said])
    limits = [article(page, lang).xpath(f"string(.//section[@id='{lang}-limits']//li)") for lang in ("vi", "en")]
    assert limits == ["Đo được: 0,4 s, <= 2,1 giây, bản 1.2.", said["en"]]
    clauses = [article(page, lang).xpath(f"string(.//tr[@id='{lang}-req-PKG-01']//td)") for lang in ("vi", "en")]
    assert "Gói tin edXML: tệp XML" in clauses[0]
    assert "edXML package: XML file" in clauses[1]
