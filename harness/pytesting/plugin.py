"""The pytest plugin: `pytest --lienthong candidate.yaml` shows every scenario of a certification as an item.

Every pytest of an environment that has this package loads this module: so nothing else of the package is imported,
and nothing is done, unless the option is given.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from harness.pytesting.certification import ItemOutcome, PytestRun

_AREA = "cli-pytest"
_NAME = "lienthong"
_OPTIONS = {"only": "IDS", "profile": "ID", "out": "DIR", "listen": "HOST:PORT", "seed": "N", "deviations": "FILE"}
_NO_PDF = "no-pdf"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of a certification."""
    group = parser.getgroup(_NAME)
    group.addoption("--lienthong", metavar="CANDIDATE", help=_help("candidate"))
    for name, metavar in _OPTIONS.items():
        action = "append" if name == "only" else "store"
        group.addoption(f"--lienthong-{name}", action=action, metavar=metavar, help=_help(name))
    group.addoption(f"--lienthong-{_NO_PDF}", action="store_true", help=_help(_NO_PDF))


def _help(key: str) -> str:
    """Return what an option means; the message files are read only when the help is shown."""
    if {"-h", "--help"}.isdisjoint(sys.argv):
        return key
    from harness.cli.language import say

    return say(_AREA, key)


def pytest_configure(config: pytest.Config) -> None:
    """Refuse parallel workers: several processes would make several runs."""
    if config.getoption("--lienthong") is not None and config.getoption("numprocesses", None):
        from harness.cli.language import say

        raise pytest.UsageError(say(_AREA, "one-process"))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Add the scenarios to what is collected, before anything is deselected."""
    candidate = config.getoption("--lienthong")
    if candidate is None:
        return
    from harness.catalogue.errors import ConfigurationError
    from harness.cli.failures import configuration_sentence
    from harness.pytesting.certification import PytestRun

    try:
        given = {name: config.getoption(f"--lienthong-{name}") for name in (*_OPTIONS, _NO_PDF)}
        run = PytestRun({"candidate": candidate} | given)
    except ConfigurationError as error:
        raise pytest.UsageError(configuration_sentence(error)) from error
    collector = CertificationCollector.from_parent(session, name=_NAME, nodeid=_NAME, run=run)
    items.extend(collector.collect())


class CertificationCollector(pytest.Collector):
    """All items of one certification."""

    def __init__(self, *, run: "PytestRun", **given: Any) -> None:
        super().__init__(**given)
        self._run = run

    def collect(self) -> Iterator["CertificationItem"]:
        """Yield scenarios, requirements without a scenario, and the verdict."""
        for name in self._run.names():
            yield CertificationItem.from_parent(self, name=name, run=self._run)


@dataclass
class ReportedFailure(Exception):
    """The failure text of an item instead of a traceback."""

    text: str


class CertificationItem(pytest.Item):
    """One scenario, one requirement, or the verdict. The first one that is run makes the run for all."""

    def __init__(self, *, run: "PytestRun", **given: Any) -> None:
        super().__init__(**given)
        self._run = run
        self._outcome: ItemOutcome | None = None

    def setup(self) -> None:
        """Get the outcome: what could not be decided is an error, what does not apply is skipped."""
        from harness.catalogue.errors import ConfigurationError
        from harness.cli.failures import configuration_sentence

        try:
            outcome = self._outcome = self._run.outcome(self.name)
        except ConfigurationError as error:
            raise ReportedFailure(configuration_sentence(error)) from error
        if outcome.kind == "error":
            raise ReportedFailure(outcome.text)
        if outcome.kind == "skip":
            pytest.skip(outcome.text)

    def runtest(self) -> None:
        """Fail with the findings, or pass; remarks are kept as a section of the item's report."""
        outcome = self._outcome
        if outcome is None or outcome.kind == "pass":
            if outcome is not None and outcome.text:
                self.add_report_section("call", _NAME, outcome.text)
            return
        if outcome.kind == "known":
            pytest.xfail(outcome.text)
        raise ReportedFailure(outcome.text)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show the findings as they are."""
        return (
            excinfo.value.text if isinstance(excinfo.value, ReportedFailure) else super().repr_failure(excinfo, style)
        )

    def reportinfo(self) -> tuple[str, None, str]:
        """Say where an item is."""
        return _NAME, None, f"{_NAME} {self.name}"
