"""The faults that the hub puts into its answers, in words, by their names in the journal."""

import re

from harness.report.texts import ReportTexts, shown

# Names of one form are one fault with a value in it: a status, an error code, a member of the answer.
_FORMS = (
    ("retry-after", re.compile(r"http-(\d{3})-retry-after")),
    ("http", re.compile(r"http-(\d{3})")),
    ("redirect", re.compile(r"redirect-(\d{3})")),
    ("fail", re.compile(r"fail-(.+)")),
    ("null", re.compile(r"null-(?!data$)(.+)")),
    ("without", re.compile(r"without-(.+)")),
    ("wrong-type", re.compile(r"wrong-type-(.+)")),
)


def fault_words(name: object, wording: ReportTexts) -> str:
    """Return what a fault does, in words; its name where there are none."""
    for kind, form in _FORMS:
        found = form.fullmatch(str(name))
        if found:
            return wording.say(f"fault.{kind}", value=shown(found[1]))
    return wording.known(f"fault.{name}") or shown(name)
