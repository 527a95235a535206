"""report.md: a summary for merge requests and job pages. Foreign text is in code spans, where nothing is active."""

import re
from collections.abc import Iterator

from harness.report.model import FindingCard, Report, RequirementRow
from harness.report.texts import ReportTexts

_LONGEST_LIST = 50
_MARKED = re.compile(r"`([^`]+)`")
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&@]|:(?=//)|(?<=www)\.)")
_RUNS = re.compile("`+")


def render_markdown(report: Report) -> str:
    """Return the summary of a report."""
    wording = ReportTexts(report.language)
    blocks = [
        f"# {report.verdict.sign} {report.verdict.word.upper()}{_partial(report, wording)}: {code(report.subject)}",
        report.headline,
        *(f"> **{notice.title}**\n> {_plain(notice.text)}" for notice in report.notices),
        "\n".join(_facts(report, wording)),
        "\n".join(_groups(report, wording)),
        *_findings(wording.say("section.findings"), report.cards, wording),
        *_open(report, wording),
        *_findings(wording.say("section.remarks"), report.remarks, wording),
        *_comparison(report, wording),
        *_deviations(report, wording),
        *_limits(report, wording),
        f"{wording.say('item.evidence')}: {code(report.evidence)}",
    ]
    return "\n\n".join(blocks) + "\n"


def _partial(report: Report, wording: ReportTexts) -> str:
    return f" ({wording.say('partial')})" if report.narrowed else ""


def code(text: str, *, cell: bool = False) -> str:
    """Return a text as a code span that it cannot end; `cell` for a place inside a table."""
    fence = "`" * (max((len(run) for run in _RUNS.findall(text)), default=0) + 1)
    pad = " " if len(fence) > 1 or not text.strip() else ""
    return f"{fence}{pad}{text.replace('|', chr(92) + '|') if cell else text}{pad}{fence}"


def _plain(text: str) -> str:
    """Return a text with everything escaped that Markdown would read as markup."""
    return _MARKUP.sub(r"\\\1", text)


def _statement(row: RequirementRow) -> str:
    parts = _MARKED.split(row.statement)
    return "".join(code(part, cell=True) if index % 2 else _plain(part) for index, part in enumerate(parts))


def _facts(report: Report, wording: ReportTexts) -> Iterator[str]:
    yield f"| {wording.say('run')} | {code(report.run_id, cell=True)} |"
    yield "|---|---|"
    for item in report.identification:
        yield f"| {item.term} | {_plain(item.value) if item.own else code(item.value, cell=True)} |"


def _groups(report: Report, wording: ReportTexts) -> Iterator[str]:
    yield f"## {wording.say('section.summary')}\n"
    yield f"| {wording.say('table.group')} | " + " | ".join(count.verdict.word for count in report.counts) + " |"
    yield "|---|" + "--:|" * len(report.counts)
    for group in report.groups:
        numbers = " | ".join(str(count.number or "") for count in group.counts)
        yield f"| **{group.key}** {_plain(group.title)} | {numbers} |"
    totals = " | ".join(str(count.number) for count in report.counts)
    yield f"| **{wording.say('table.total')}** | {totals} |"


def _findings(title: str, cards: tuple[FindingCard, ...], wording: ReportTexts) -> Iterator[str]:
    if not cards:
        return
    yield f"## {title}"
    for card in cards[:_LONGEST_LIST]:
        yield "\n".join(_finding(card, wording))
    if len(cards) > _LONGEST_LIST:
        yield wording.say("list.more", more=len(cards) - _LONGEST_LIST)


def _finding(card: FindingCard, wording: ReportTexts) -> Iterator[str]:
    row = card.requirement
    yield f"### {row.id}: {code(card.message)}\n"
    yield f"{_statement(row)} ({_plain(row.clause)}; {row.level}; {row.basis}) {code(card.code)}\n"
    yield f"- {wording.say('card.times')}: {', '.join(f'{one.times} ({code(one.scenario)})' for one in card.sightings)}"
    for one in card.occurrences[:1]:
        yield f"- {wording.say('card.expected')}: {code(one.expected) if one.expected else '–'}"
        yield f"- {wording.say('card.received')}: {code(one.received) if one.received else '–'}"
        where = " · ".join(f"{item.term} {code(item.value)}" for item in one.where)
        if where:
            yield f"- {wording.say('card.where')}: {where}"
    if card.remedy:
        yield f"- {wording.say('card.remedy')}: {_plain(card.remedy)}"
    for command in card.replays[:1]:
        yield f"- {wording.say('card.replay')}: {code(command)}"
    yield f"- {wording.say('card.explain')}: {code(card.explain)}"


def _open(report: Report, wording: ReportTexts) -> Iterator[str]:
    if not report.open_rows:
        return
    yield f"## {wording.say('section.open')}"
    yield wording.say("open.text")
    listed = [
        f"- **{row.id}** {_statement(row)} – *{row.verdict.word}*. {_plain(row.reason)}"
        for row in report.open_rows[:_LONGEST_LIST]
    ]
    yield "\n".join(listed)
    if len(report.open_rows) > _LONGEST_LIST:
        yield wording.say("list.more", more=len(report.open_rows) - _LONGEST_LIST)


def _comparison(report: Report, wording: ReportTexts) -> Iterator[str]:
    if report.comparison is None:
        return
    yield f"## {wording.say('section.comparison')}"
    yield wording.say("comparison.text", older=code(report.comparison.older))
    if report.comparison.caution:
        yield f"> {_plain(report.comparison.caution)}"
    changes = [
        f"- **{wording.say(f'change.{change.kind}')}** {code(change.requirement)}: "
        f"{change.before.word} → {change.after.word} {' '.join(code(one) for one in change.codes)}".rstrip()
        for change in report.comparison.changes
    ]
    yield "\n".join(changes) or wording.say("comparison.none")


def _limits(report: Report, wording: ReportTexts) -> Iterator[str]:
    if report.limits:
        yield f"## {wording.say('section.limits')}"
        yield "\n".join(f"- {_plain(limit)}" for limit in report.limits)


def _deviations(report: Report, wording: ReportTexts) -> Iterator[str]:
    if not report.deviations:
        return
    yield f"## {wording.say('section.deviations')}"
    yield "\n".join(
        f"- {code(line.requirement)} **{line.state_word}** ({line.expires}): {code(line.owner)} {code(line.reason)}"
        for line in report.deviations
    )
