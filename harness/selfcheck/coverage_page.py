"""The coverage for people: as lines, and as a page."""

import textwrap
from collections.abc import Iterator

from harness.catalogue.clauses import clause_text
from harness.catalogue.texts import Language
from harness.catalogue.verdicts import Level
from harness.report.pages import Say, rendered, saying
from harness.selfcheck.coverage import Clause, Coverage, CoverageState, Tested

_AREA = "cli-profile"
_KINDS = frozenset({"rules", "records", "watch"})


def as_text(coverage: Coverage, language: Language, width: int) -> str:
    """Return the coverage as lines of at most `width` signs."""
    return "\n".join(_lines(coverage, saying(_AREA, language), language, width)) + "\n"


def as_html(coverage: Coverage, language: Language) -> str:
    """Return the coverage as one self-contained page."""
    say = saying(_AREA, language)
    return rendered(
        "coverage.html.jinja",
        _AREA,
        language,
        coverage=coverage,
        summary=_summary(coverage, say),
        words=lambda words: words[language],
        named=lambda clause: clause_text(clause, language),
        by=lambda entry: _by(entry, say),
        why=lambda part: _why(part, say, language),
        marks={CoverageState.TESTED: "pass", CoverageState.PARTLY: "inconclusive", CoverageState.NOT: "fail"},
    )


def _lines(coverage: Coverage, say: Say, language: Language, width: int) -> Iterator[str]:
    yield say("coverage.title", id=coverage.profile, version=coverage.version)
    for clause in coverage.clauses:
        yield ""
        yield from _block("", f"{clause_text(clause.clause, language)}  [{'/'.join(clause.bases)}]", width)
        if clause.statement is not None:
            yield from _block("  ", f"{_state(clause.state, say)}  {clause.statement[language]}", width)
        yield from _reason(clause, say, language, width)
        for entry in clause.requirements:
            yield from _block("  ", f"{entry.id}  {_state(entry.state, say)}  {_by(entry, say)}", width)
            yield from _reason(entry, say, language, width)
    yield ""
    yield _summary(coverage, say)


def _block(indent: str, content: str, width: int) -> list[str]:
    return textwrap.wrap(
        content, width, initial_indent=indent, subsequent_indent=f"{indent}    ", break_on_hyphens=False
    )


def _state(state: CoverageState, say: Say) -> str:
    return say(f"coverage.{state}")


def _reason(part: Clause | Tested, say: Say, language: Language, width: int) -> list[str]:
    reason = _why(part, say, language)
    return _block("      ", reason, width) if reason else []


def _why(part: Clause | Tested, say: Say, language: Language) -> str:
    if isinstance(part, Tested) and part.level is Level.OFF:
        return say("coverage.off")
    return "" if part.reason is None else say("coverage.why", reason=part.reason[language])


def _by(entry: Tested, say: Say) -> str:
    return ", ".join(say(f"coverage.{each}") if each in _KINDS else each for each in entry.by)


def _summary(coverage: Coverage, say: Say) -> str:
    counts = {str(state): coverage.count(state) for state in CoverageState}
    return say("coverage.sum", clauses=len(coverage.clauses), **counts)
