"""report.html: one self-contained page, in which nothing that the candidate wrote is active."""

import re
import shlex
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from typing import Any

import segno
from jinja2 import Environment
from markupsafe import Markup, escape

from harness.report.model import Report, RequirementRow
from harness.report.sequence_layout import WIDTH
from harness.report.texts import ReportTexts
from harness.resources import folder
from harness.templates import template_environment

_MARKED = re.compile(r"`([^`]+)`")
_UNFIT_FOR_ID = re.compile(r"[^A-Za-z0-9_-]+")
_UNFIT_FOR_STYLE = re.compile(r"[^A-Za-z0-9_.:+-]+")
_LONGEST_ID = 64
_FILTERS = {"fail": ("fail",), "open": ("inconclusive", "not_run"), "remark": ("remark",), "pass": ("pass",)}
_ON_PAPER = {"rows": 12, "events": 20}


def render_html(reports: Sequence[Report], *, paper: bool = False) -> str:
    """Return the page that shows the given reports, one per language; the first is shown when it opens.

    Args:
        reports: of one run.
        paper: True for a page that is printed, on which nothing can be unfolded and long lists are cut.
    """
    environment = _environment()
    words = {report.language: partial(_say, ReportTexts(report.language)) for report in reports}
    return environment.get_template("report.html.jinja").render(
        reports=reports, words=words, style=_style(paper), paper=paper
    )


def qr_text(report: Report) -> str:
    """Return what the QR code says: run id, verdict and the digest over the evidence."""
    run = report.run_id[:_LONGEST_ID]
    return f"lienthong run={run} verdict={report.verdict.code} evidence={report.evidence}"


@cache
def _environment() -> Environment:
    environment = template_environment()
    environment.filters |= {
        "by_reason": _by_reason,
        "css_text": _css_text,
        "given": _given,
        "group": _group,
        "marks": _marks,
        "quoted": shlex.quote,
        "seconds": _seconds,
        "slug": _slug,
        "some": _some,
        "unseen": _unseen,
    }
    environment.globals |= {
        "filter_choices": _filter_choices,
        "group_keys": _group_keys,
        "picture_width": WIDTH,
        "qr": _qr,
        "sections": _sections,
    }
    return environment


@cache
def _style(paper: bool) -> Markup:
    files = ("report.css",) if paper else ("report.css", "report-screen.css")
    return Markup("".join((folder("reports") / name).read_text(encoding="utf-8") for name in files))  # noqa: S704 - our own


def _say(wording: ReportTexts, key: str, /, **parameters: object) -> str:
    return wording.say(key, **parameters)


def _given(text: object) -> Markup:
    """Isolate foreign text, so that its writing direction does not affect the text beside it."""
    return Markup('<bdi class="given">{}</bdi>').format(text)


def _marks(text: str) -> Markup:
    """Escape a text and set what is between backticks as code."""
    return Markup(_MARKED.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped just now


def _slug(text: object) -> str:
    return _UNFIT_FOR_ID.sub("-", str(text))[:_LONGEST_ID]


def _group(requirement: str) -> str:
    """Return the group of a requirement, fit for an attribute."""
    return _slug(requirement.partition("-")[0])


def _group_keys(reports: Sequence[Report]) -> list[str]:
    """Return the groups that a page can be filtered by."""
    return list(dict.fromkeys(_slug(group.key) for report in reports for group in report.groups if group.seen))


def _filter_choices(report: Report, say: Callable[[str], str]) -> Iterator[tuple[str, str, int | None]]:
    """Yield the kinds of verdict that the page can be filtered by: value, label, and how many requirements have it."""
    numbers = Counter(row.verdict.code for group in report.groups for row in group.seen)
    yield "all", say("filter.all"), None
    for show, verdicts in _FILTERS.items():
        yield show, say(f"filter.{show}"), sum(numbers[verdict] for verdict in verdicts)


def _css_text(text: object) -> Markup:
    return Markup(_UNFIT_FOR_STYLE.sub("", str(text))[:_LONGEST_ID])  # noqa: S704 - only harmless characters are left


def _by_reason(rows: Sequence[RequirementRow]) -> list[list[RequirementRow]]:
    """Put rows that lack a verdict for the same reason together, in the order of the first of each."""
    reasons: dict[tuple[str, str], list[RequirementRow]] = {}
    for row in rows:
        reasons.setdefault((row.verdict.code, row.reason), []).append(row)
    return list(reasons.values())


def _some(listed: Sequence[Any], paper: bool, kind: str) -> Sequence[Any]:
    """Return the part of a list that is shown: all of it, or on paper the beginning."""
    return listed[: _ON_PAPER[kind]] if paper else listed


def _unseen(listed: Sequence[Any], paper: bool, kind: str) -> int:
    """Return how much of a list is not shown; see `_some`."""
    return len(listed) - len(_some(listed, paper, kind))


def _seconds(value: float, decimal_mark: str) -> str:
    return f"{value:.3f}".replace(".", decimal_mark)


def _qr(report: Report, alternative: str) -> Markup:
    code = segno.make(qr_text(report), error="m", micro=False)
    drawing = code.svg_inline(scale=1, border=2, title=alternative, dark="#000", light="#fff", omitsize=True)
    return Markup(drawing)  # noqa: S704 - drawn by segno, which escapes the title


def _sections(report: Report) -> Iterator[tuple[str, bool]]:
    yield from (("todo", True), ("identification", True), ("summary", True))
    yield "comparison", report.comparison is not None
    yield "findings", bool(report.cards)
    yield "open", bool(report.open_rows)
    yield "remarks", bool(report.remarks)
    yield "deviations", bool(report.deviations)
    yield from (("scenarios", True), ("requirements", True), ("limits", True), ("statements", True))
