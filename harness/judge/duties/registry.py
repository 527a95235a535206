"""Which whole-run duties there are, and how their findings relate to those of the scenarios."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from harness.catalogue.declared_codes import codes_of, refuse_undeclared
from harness.catalogue.findings import Finding
from harness.expectations.assessment import Blind
from harness.judge.duties.confidential import secrets_stay
from harness.judge.duties.facts import RunFacts
from harness.judge.duties.receiving import never_refused, stays
from harness.judge.duties.refusals import final_stays_final
from harness.judge.duties.sending import nothing_unordered

Judged = list[Finding] | Blind | None


@dataclass(frozen=True, slots=True)
class Duty:
    """One duty over everything in the record.

    Attributes:
        requirement: id.
        codes: of the findings that it may give.
        judge: returns its findings; None when nothing was seen that it speaks of, Blind when it cannot be seen.
        follows: requirements whose failure brings this one's with it: what they have shown already is not charged
            a second time, and whether there is more is known only when they are met.
    """

    requirement: str
    codes: frozenset[str]
    judge: Callable[[RunFacts], Judged]
    follows: frozenset[str] = frozenset()

    def judged(self, facts: RunFacts) -> Judged:
        """Return what `judge` does.

        Raises:
            UndeclaredCode: it gives a code that is not declared.
        """
        found = self.judge(facts)
        for one in found if isinstance(found, list) else ():
            refuse_undeclared(one.code, self.codes)
        return found


DUTIES: tuple[Duty, ...] = (
    Duty(
        "RCV-10",
        codes_of("RCV-10", ("good-refused",)),
        never_refused,
        frozenset(
            {
                *(f"RCV-{number:02}" for number in range(3, 10)),
                *("SEC-05", "SEC-06"),
                *("RTY-11", "RTY-15"),
                *("OPS-04", "OPS-05"),
            }
        ),
    ),
    Duty(
        "RCV-11",
        codes_of("RCV-11", ("vanished", "changed", "cancelled-unasked")),
        stays,
        frozenset({"RCV-02", "RCV-03", "RCV-04", "RCV-05", "RCV-09", "RCV-10", "RTY-11", "RTY-15", "RTY-16"}),
    ),
    Duty("SND-07", codes_of("SND-07", ("secret-reached-hub",)), secrets_stay),
    Duty(
        "SND-10",
        codes_of("SND-10", ("unordered", "forwarded", "sent-though-refused", "sent-otherwise", "status-unordered")),
        nothing_unordered,
        frozenset({*(f"SND-{number:02}" for number in (2, 3, 4, 5, 6, 7, 9)), "RTY-02", "STS-05"}),
    ),
    Duty("RTY-07", codes_of("RTY-07", ("retried-too-often",)), final_stays_final),
)


def without_known(findings: Collection[Finding], known: Collection[Finding]) -> list[Finding]:
    """Leave out what is about a document that a failing finding names already: one error is reported once."""
    documents = {str(one.parameters.get("document")) for one in known if one.parameters.get("document")}
    return [one for one in findings if str(one.parameters.get("document")) not in documents]
