"""Pages: who sees what, the security headers of every answer, hostile text that stays text."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.catalogue.verdicts import Cause, Verdict
from harness.console.data.tables import ExaminationRow, FoundRow, RunRow, SystemRow
from harness.console.runs.person_steps import steps_of, steps_of_planned
from harness.console.subjects.system_registry import state_of
from harness.console.web.package_lines import package_lines
from tests.console.console_rig import DECLARATION, MANUAL, ConsoleRig, Person
from tests.report.report_runs import RunPlan, failed_plan

HOSTILE = "</title></pre><script>alert(1)</script><img src=x onerror=alert(1)>\u202e{{7*7}}'\"&amp;"


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[ConsoleRig]:
    with ConsoleRig(tmp_path) as made:
        yield made.with_two_vendors()


@pytest.mark.parametrize("role", ["auditor", "approver", "tester"])
def test_each_role_can_change_only_what_it_may(rig: ConsoleRig, role: str) -> None:
    person = rig.user("minh", role)
    done = {
        "organisation": person.post("/organisations", {"name": "Gamma"}).status_code == 303,
        "declare": person.post("/organisations/1/reference", {"variant": ""}).status_code == 303,
        "run": person.post("/systems/1/runs", {"preset": "quick", "reason": "thử"}).status_code == 303,
        "note": person.post("/runs/alpha/findings/1", {"text": "đã xem"}).status_code == 303,
        "users": person.get("/users").status_code == 200,
        "program": person.post("/systems/1/program").status_code == 303,
        "log": person.get("/log").status_code == 200,
    }
    allowed = {"auditor": {"log"}, "approver": {"note", "log"}, "tester": {"organisation", "declare", "run", "note"}}
    assert {name for name, could in done.items() if could} == allowed[role]
    for page in ("/", "/runs/alpha", "/runs/beta/findings/1", "/organisations/2", "/systems/2", "/runs/alpha/run.zip"):
        assert person.get(page).status_code == 200


def test_every_answer_is_guarded_and_no_page_holds_a_script_or_style_of_its_own(rig: ConsoleRig) -> None:
    lan = rig.user("lan", "admin")
    plain = ("/", "/runs", "/users", "/settings", "/runners", "/log", "/account", "/search?q=a", "/organisations/1",
             "/systems/1", "/systems/1/edit", "/organisations/1/systems/new", "/runs/alpha", "/runs/alpha/findings/1",
             "/runs/alpha/events/1", "/runs/alpha/messages", "/none", "/runs/alpha/compare?with=beta")  # fmt: skip
    for path in plain:
        answer = lan.get(path)
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "script-src 'self'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert re.search(r"<script(?! src=\"/static/)|<style|\sstyle=|\son\w+=", answer.text) is None, path
        assert len(answer.content) < 100_000, path
        for language in ("en", "vi"):
            assert f'lang="{language}"' in lan.get(path + ("&" if "?" in path else "?") + f"lang={language}").text
    report = lan.get("/runs/alpha/report/html")
    assert report.headers["content-security-policy"].startswith("sandbox allow-scripts")
    assert "allow-same-origin" not in report.headers["content-security-policy"]
    style = lan.get("/static/console.css")
    assert "max-age" in style.headers["cache-control"]


def test_runs_are_compared_from_the_older_to_the_newer(rig: ConsoleRig) -> None:
    lan = rig.user("lan", "tester")
    rig.ended_run(1, "mended", RunPlan())
    pages = [lan.get(path).text for path in ("/runs/alpha/compare?with=mended", "/runs/mended/compare?with=alpha")]
    assert all("Đã sửa" in page and "Lỗi mới" not in page for page in pages)


def test_hostile_text_stays_text(rig: ConsoleRig) -> None:
    lan = rig.user("lan", "admin")
    lan.post("/organisations", {"name": HOSTILE})
    fields = {"name": HOSTILE, "version": HOSTILE, "vendor": HOSTILE, "organ_id": "000.00.00.H41",
              "organ_name": HOSTILE, "driver": "http", "url": "http://127.0.0.1/" + HOSTILE}  # fmt: skip
    answer = lan.post("/organisations/3/systems", fields)
    assert answer.headers["location"] == "/systems/3"
    rig.ended_run(3, "hostile", failed_plan(HOSTILE))
    lan.post("/runs/hostile/findings/1", {"text": HOSTILE})
    for path in ("/", "/runs", "/log", "/organisations/3", "/systems/3", "/systems/3/edit", "/runs/hostile",
                 "/runs/hostile/findings/1", "/runs/hostile/findings/2", "/runs/hostile/messages",
                 "/runs/hostile/events/1", "/search?q=%3Cscript%3E", "/runs/hostile/compare?with=alpha"):  # fmt: skip
        text = lan.get(path).text
        assert "<script>alert" not in text, path
        assert "<img" not in text, path
        assert "\u202e" not in re.sub(r'value="[^"]*"', "", text), path
        assert "&lt;script&gt;" in text or "events" in path or "compare" in path, path


def test_a_run_is_locked_until_the_doctor_is_green_or_a_reason_is_given(rig: ConsoleRig) -> None:
    lan = rig.user("lan", "admin")
    start = {"preset": "quick"}
    assert lan.post("/systems/1/runs", start).status_code == 422
    declined = lan.post("/systems/1/runs", {"preset": "chosen", "ids": "RCV-02 ZZZ", "reason": "chỉ thử"})
    assert 'value="chosen" checked' in declined.text  # what was typed is not lost
    assert 'value="RCV-02 ZZZ"' in declined.text
    assert ">chỉ thử</textarea>" in declined.text
    assert lan.get("/systems/1/runs?lang=en").headers["location"] == "/systems/1?lang=en"  # its link to the language
    answer = lan.post("/systems/1/runs", {**start, "reason": "chỉ thử"})
    assert "chỉ thử" in lan.get(answer.headers["location"]).text
    with rig.state.database.writing() as db:
        db.add(
            ExaminationRow(system_id=1, digest=state_of(db.get_one(SystemRow, 1)), state="ended", ready=True,
                           content='{"checks": []}', created=4e9)
        )  # fmt: skip
    assert lan.post("/systems/1/runs", start).status_code == 303
    changed = DECLARATION.replace("3.2", "3.3").encode()
    lan.post("/systems/1", files={"file": ("candidate.yaml", changed)})
    assert (
        lan.post("/systems/1/runs", start).status_code == 422
    )  # the declaration that passed the check was another one


def test_an_address_that_is_not_allowed_is_not_contacted(rig: ConsoleRig) -> None:
    lan = rig.user("lan", "admin")
    lan.post("/settings", {"allowed": "10.0.0.0/8", "hub-host": "127.0.0.1", "hub-ports": "0", "runs-at-once": "2",
                           "least-free": "1"})  # fmt: skip
    for path in ("/systems/1/doctor", "/systems/1/runs"):
        answer = lan.post(path, {"preset": "quick", "reason": "thử"})
        assert answer.status_code == 422
        assert "127.0.0.1" in answer.text
    for name, value in (("allowed", "*"), ("hub-ports", "9-1"), ("hub-host", "a b"), ("runs-at-once", "65")):
        given = {"allowed": "", "hub-host": "::1", "hub-ports": "1-9", "runs-at-once": "1", "least-free": "1"}
        assert lan.post("/settings", {**given, name: value}).status_code == 422
    program = DECLARATION.replace(
        '{kind: http, url: "http://127.0.0.1:9000/driver"}', "{kind: command, argv: [/bin/true]}"
    )
    system = rig.system("Alpha", program)
    assert lan.post(f"/systems/{system}/doctor").status_code == 422
    lan.post(f"/systems/{system}/program")
    assert lan.post(f"/systems/{system}/doctor").status_code == 303


def test_oversized_and_wrong_values_are_no_internal_error(rig: ConsoleRig) -> None:
    lan = rig.user("lan", "admin")
    assert lan.post("/organisations/1/systems", files={"file": ("x.yaml", b"a" * 2_000_000)}).status_code == 413
    assert lan.post("/organisations/1/systems", files={"file": ("x.yaml", b"a" * 100_000)}).status_code == 422
    large = lan.post("/organisations/1/systems?lang=en", files={"file": ("x.yaml", b"a" * 2_000_000)})
    assert "What was sent is too large" in large.text
    form = {"content-type": "application/x-www-form-urlencoded"}
    unannounced = lan.client.post("/organisations", content=iter([b"a" * 700_000] * 3), headers=form)
    assert (unannounced.status_code, "Nội dung gửi lên quá lớn" in unannounced.text) == (413, True)
    many = lan.post("/organisations/1/systems", files=[("file", ("x.yaml", b"a"))] * 9)
    assert (many.status_code, "Không đọc được biểu mẫu" in many.text) == (400, True)
    for path in ("/systems/99999999999999999999", "/organisations/4294967296"):
        assert lan.get(path).status_code == 404, path
    for path in ("/runs/alpha/findings/999", "/runs/alpha/events/999999", "/runs/alpha/report/exe", "/systems/x",
                 "/runs/..%2f..%2fetc", "/static/..%2f..%2fpyproject.toml", "/static/../base.html.jinja"):  # fmt: skip
        assert lan.get(path).status_code == 404, path
    for path in ("/runs?page=0", "/runs?page=99999999999999999999", "/log?page=x", "/search?q=%00%25_"):
        assert lan.get(path).status_code == 200, path


def test_a_package_is_laid_out_with_its_line_marked() -> None:
    package = b'<?xml version="1.0"?>\r\n<a:x xmlns:a="u">\r\n<a:y>1</a:y><a:z k="v"/>\r\n</a:x>\r\n'
    lines = package_lines(package, 3, "/a:x/a:z")
    assert [(one.number, one.text.strip()) for one in lines] == [
        (1, '<?xml version="1.0"?>'), (2, '<a:x xmlns:a="u">'), (3, "<a:y>1</a:y>"), (3, '<a:z k="v"/>'), (4, "</a:x>"),
    ]  # fmt: skip
    assert [one.text[: len(one.text) - len(one.text.lstrip())] for one in lines] == ["", "", "  ", "  ", ""]
    assert [one.text.strip() for one in package_lines(package.replace(b"\r\n", b""), 1, "/a:x/a:z[1]") if one.here] == [
        '<a:z k="v"/>'
    ]
    assert [one.text.strip() for one in package_lines(package, None, "/a:x/a:y") if one.here] == ["<a:y>1</a:y>"]
    assert not any(one.here for one in package_lines(package, None, None))
    assert package_lines("<a>đ</a>".encode("utf-16"), 1, None)[0].text == "<a>đ</a>"
    assert package_lines(b"\xff\x00 not XML", 1, "x")[0].here


def test_inconclusive_scenarios_are_shown_with_their_cause(rig: ConsoleRig) -> None:
    lan = rig.user("lan", "tester")
    rig.ended_run(1, "open", RunPlan(verdicts={"STS-02": Verdict.INCONCLUSIVE}, causes={"STS-02": Cause.NETWORK}))
    page = lan.get("/runs/open").text
    assert "Vì sao có kịch bản chưa kết luận" in page
    assert "Do mạng giữa công cụ và hệ thống" in page
    assert "Why some scenarios" in lan.get("/runs/open?lang=en").text


def test_a_run_without_its_report_still_opens(rig: ConsoleRig) -> None:
    lan = rig.user("lan", "tester")
    (rig.state.runs / "alpha" / "run" / "report.json").unlink()
    assert "HDR-07" in lan.get("/runs/alpha").text  # what was found is in the database


def test_the_steps_that_need_a_person_follow_from_the_scenarios_played(rig: ConsoleRig) -> None:
    lan = rig.user("lan", "tester")
    system = rig.system("Alpha", MANUAL)
    page = re.sub(r"<[^>]+>", "", lan.get(f"/systems/{system}").text)
    assert "gửi văn bản ×2" in page  # of the quick look
    assert "đăng ký cơ quan" not in page  # the system does not declare this capability
    passive = rig.system("Alpha", MANUAL.replace("kind: manual", "kind: passive"))
    assert "cần điều khiển hệ thống" in lan.get(f"/systems/{passive}").text
    assert steps_of("SND-01", frozenset()).tasks == (("send", ("SND-01",)),)
    assert steps_of("VXP-11", frozenset()).tasks == ()
    assert steps_of_planned(["STS-02", "none"], frozenset({"handling"})).views == (("inbox", ("STS-02",)),)


def test_many_runs_are_listed_page_by_page_and_narrowed_down(rig: ConsoleRig) -> None:
    lan = rig.user("lan", "tester")
    with rig.state.database.writing() as db:
        for number in range(120):
            db.add(
                RunRow(id=f"r{number:03d}", system_id=1, product_id=1, organisation_id=1, preset="quick",
                       starter="lan", state="ended", created=float(number), narrowed=True,
                       verdict="pass" if number % 2 else "inconclusive")
            )  # fmt: skip
    listed = [set(re.findall(r'href="/runs/(\w+)"', lan.get(f"/runs?page={page}").text)) for page in (1, 2, 3, 4)]
    assert [len(one) for one in listed] == [50, 50, 22, 0]
    assert len(set().union(*listed)) == 122
    passed = lan.get("/runs?state=pass&page=1").text
    assert "(60)" in passed
    assert 'href="?state=pass&amp;page=2"' in passed
    assert re.findall(r'href="/runs/(\w+)"', lan.get("/runs?organisation=2").text) == ["beta"]
    for odd in ("/runs?state=%22%3E&organisation=x", "/runs?organisation=99999999999", "/runs?state=going"):
        assert lan.get(odd).status_code == 200
    alpha = Person(rig, "alpha")
    assert re.findall(r'href="/runs/(\w+)"', alpha.get("/runs?organisation=2").text) == []
    assert 'name="organisation"' not in alpha.get("/runs").text


def test_findings_of_one_run_that_say_the_same_are_found_once(rig: ConsoleRig) -> None:
    lan = rig.user("lan", "admin")
    with rig.state.database.writing() as db:
        for number in range(91, 94):
            same = {"requirement": "HDR-07", "code": "HDR-07.day-first", "severity": "fail", "scenario": "SND-01"}
            db.add(FoundRow(run_id="alpha", number=number, **same, message_vi="m", message_en="m", values="kỳ lạ"))
    page = lan.get("/search?q=kỳ lạ").text
    assert page.count("/runs/alpha/findings/91") == 1
    assert "/runs/alpha/findings/92" not in page
    assert "×3" in page
