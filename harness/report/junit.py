"""junit.xml, as GitLab, Jenkins and GitHub read it.

One suite per group of the catalogue; one case per scenario, and one per requirement that has no scenario of its own.
What has no verdict but is needed for the certificate is an `error`: a pipeline must not take it for a pass, nor for
a failure of the candidate. What does not apply, or is not needed and did not run, is `skipped`. Every failure is a
`failure`, except for known deviations within their term. A narrowed run has only the cases that were
asked for, what does not apply among them, and whatever failed besides.

Suites and cases are named by ids alone, so that a pipeline recognises a case in the next run, in the other language
and after a sentence was reworded; what people read is in messages and bodies.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from harness.catalogue.verdicts import Verdict
from harness.report.model import FindingCard, Report, RequirementRow, ScenarioView, Sightings, VerdictLabel
from harness.report.rows import UNSETTLED
from harness.report.sightings import WATCH
from harness.report.texts import ReportTexts

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class _Case:
    """A case: a scenario with what was found in it, or a requirement with what was found against it anywhere.

    Attributes:
        needed: its requirement counts for the verdict.
        chosen: a narrowed run shows it also where nothing failed, as it was asked for.
    """

    name: str
    title: str
    verdict: VerdictLabel
    seconds: str
    needed: bool
    chosen: bool
    why: str
    cards: tuple[FindingCard, ...]


def render_junit(report: Report) -> bytes:
    """Return junit.xml of a report."""
    wording = ReportTexts(report.language)
    root = etree.Element("testsuites", name="lienthong")
    for group in report.groups:
        cases = [case for case in _cases(group.rows, report) if not report.narrowed or _asked(case)]
        if not cases:
            continue
        suite = etree.SubElement(root, "testsuite", name=_fit(group.key))
        if report.issued:
            suite.set("timestamp", _fit(report.issued[:19]))
        _add_properties(suite, {"run": report.run_id, "title": group.title})
        for case in cases:
            _add_case(suite, case, f"lienthong.{group.key}", report, wording)
        _count(suite, [suite])
    _add_surprises(root, report, wording)
    _count(root, root.iter("testsuite"))
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _cases(rows: Sequence[RequirementRow], report: Report) -> Iterator[_Case]:
    """Yield the group's cases: scenarios under the requirement that names them, then requirements without a scenario.

    A requirement whose verdict is that of none of its scenarios, or against which a watch over all the traffic found
    something, has a case of its own too.
    """
    cards = (*report.cards, *report.remarks)
    views = [view for view in report.scenarios if not view.watch]
    for row in rows:
        own = [view for view in views if _at_home(view, row)]
        chosen = row.id in report.asked
        for view in own:
            mine = tuple(within for card in cards if (within := card.within(view.id)))
            yield _Case(view.id, view.title, view.verdict, view.seconds, row.required, chosen, view.reason, mine)
        against = tuple(card for card in cards if card.requirement.id == row.id)
        if not own:
            yield _Case(row.id, row.statement, row.verdict, "", row.required, chosen, row.reason, against)
            continue
        watched = tuple(within for card in against if (within := card.within(f"{WATCH}{row.id}")))
        if watched or row.verdict.code not in {Verdict.PASS, *(view.verdict.code for view in own)}:
            verdict = _worst(watched) if watched else row.verdict
            name = f"{row.id}/*"
            yield _Case(name, row.statement, verdict, "", row.required, chosen, row.reason, watched or against)


def _asked(case: _Case) -> bool:
    return case.chosen or case.verdict.code == Verdict.FAIL or any(one.severity.code == "fail" for one in case.cards)


def _add_properties(suite: etree._Element, properties: Mapping[str, str]) -> None:
    listed = etree.SubElement(suite, "properties")
    for name, value in properties.items():
        etree.SubElement(listed, "property", name=name, value=_fit(value))


def _worst(cards: Sequence[FindingCard]) -> VerdictLabel:
    marks = [card.severity for card in cards]
    return next((one for one in marks if one.code == Verdict.FAIL), marks[0])


def _at_home(view: ScenarioView, row: RequirementRow) -> bool:
    return bool(view.requirements) and view.requirements[0] == row.id


def _add_case(suite: etree._Element, case: _Case, class_name: str, report: Report, wording: ReportTexts) -> None:
    element = etree.SubElement(
        suite,
        "testcase",
        classname=class_name,
        name=_fit(case.name),
        time=case.seconds.replace(",", ".") or "0.00",
    )
    code = case.verdict.code
    failing = [card for card in case.cards if card.severity.code == "fail"]
    if code == Verdict.FAIL and (failing or not case.cards):
        _add_failures(element, case, failing, report, wording)
    elif code in UNSETTLED and case.needed:
        said = case.why.startswith(case.verdict.word)
        message = case.why if said else wording.say("junit.inconclusive", why=case.why)
        _add(element, "error", message, code).text = _fit(case.title)
    elif code in UNSETTLED or code == Verdict.NOT_APPLICABLE:
        _add(element, "skipped", case.why or case.verdict.word).text = _fit(case.title)
    elif case.cards:
        etree.SubElement(element, "system-out").text = _body(case, wording)


def _add_failures(
    element: etree._Element, case: _Case, failing: Sequence[FindingCard], report: Report, wording: ReportTexts
) -> None:
    """Add a failure; where all of it is known and within its term, say so and skip."""
    known = {line.requirement: line for line in report.deviations if line.state == "open"}
    lines = [known[card.requirement.id] for card in failing if card.requirement.id in known]
    if failing and len(lines) == len(failing):
        line = lines[0]
        words = wording.say("junit.known", owner=line.owner, expires=line.expires, reason=line.reason)
        _add(element, "skipped", words)
        return
    message = "; ".join(_brief(card) for card in failing) or case.verdict.word
    failure = _add(element, "failure", message, failing[0].code if failing else case.verdict.code)
    failure.text = _body(case, wording)


def _body(case: _Case, wording: ReportTexts) -> str:
    """Return what a case is about, unless that is what its cards say, and what was found."""
    stated = any(card.requirement.statement == case.title for card in case.cards)
    return _fit("\n\n".join((*(() if stated else (case.title,)), *finding_paragraphs(case.cards, wording))))


def _brief(card: FindingCard) -> str:
    return f"{card.code}: {card.message}" + (f" (×{card.times})" if card.times > 1 else "")


def _add_surprises(root: etree._Element, report: Report, wording: ReportTexts) -> None:
    """Add known deviations that pass by now, as failures: the file would hide the next failure."""
    passed = [line for line in report.deviations if line.state == "passed"]
    if not passed:
        return
    suite = etree.SubElement(root, "testsuite", name="deviations")
    for line in passed:
        case = etree.SubElement(
            suite, "testcase", classname="lienthong.deviations", name=_fit(line.requirement), time="0.00"
        )
        words = wording.say("junit.known", owner=line.owner, expires=line.expires, reason=line.reason)
        _add(case, "failure", f"{line.state_word}: {words}", "deviation.passed")
    _count(suite, [suite])


def finding_paragraphs(cards: Iterable[FindingCard], wording: ReportTexts) -> Iterator[str]:
    """Yield each card as plain text: all that was found, the remedy, and the command that replays it.

    Args:
        cards: of one scenario, or of one requirement.
        wording: language of the text.
    """
    for card in cards:
        lines = [f"{card.code} ({card.severity.word}): {card.message}", card.requirement.statement]
        for one in card.sightings:
            lines += _sightings(one, card, wording)
        yield "\n".join(line for line in (*lines, card.remedy, *card.replays, card.explain) if line)


def _sightings(one: Sightings, card: FindingCard, wording: ReportTexts) -> Iterator[str]:
    if len(card.sightings) > 1:
        yield f"{wording.say('table.scenario')} {one.scenario}: {one.times}"
    for row in one.rows:
        if row.message != card.message:
            yield f"- {row.message}"
        yield wording.say("junit.found", expected=row.expected, received=row.received)
        events = f"{wording.say('where.event')} {', '.join(row.events)}" if row.events else ""
        yield " · ".join(part for part in (events, row.place) if part)
    if one.left_out:
        yield wording.say("card.left-out", number=one.left_out)


def _add(element: etree._Element, tag: str, message: str, kind: str | None = None) -> etree._Element:
    child = etree.SubElement(element, tag, message=_fit(message))
    if kind is not None:
        child.set("type", _fit(kind))
    return child


def _count(element: etree._Element, suites: Iterable[etree._Element]) -> None:
    """Write the numbers that readers show without looking at the cases."""
    cases = [case for suite in suites for case in suite.iterchildren("testcase")]
    element.set("tests", str(len(cases)))
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(name, str(sum(case.find(tag) is not None for case in cases)))
    element.set("time", f"{sum(float(case.get('time', '0')) for case in cases):.2f}")


def _fit(text: str) -> str:
    """Replace what XML 1.0 cannot carry; texts are made visible before, so this is the last resort."""
    return _NOT_IN_XML.sub("\ufffd", text)
