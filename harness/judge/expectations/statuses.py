"""What a candidate must say about a document: business statuses, by status packages."""

from harness.catalogue.findings import Finding
from harness.judge.assessment import Assessment, Broken, Holding, Met, Pending
from harness.judge.evidence import Evidence, Exchange
from harness.judge.expectations.base import Expectation, finding


def status_number(text: str | None) -> int | None:
    """Return the number that a status code means, however it is written; its written form is the rules' matter."""
    stripped = (text or "").strip()
    return int(stripped) if stripped.isascii() and stripped.isdigit() else None


class StatusSent(Expectation, frozen=True, tag="status-sent"):
    """A status package with one of `codes` about the document reaches the hub and is taken.

    With `within`, it must do so within that many seconds after the document was fetched whole.
    """

    document: str
    codes: tuple[str, ...]
    after: int = -1
    within: float | None = None

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge the status packages about the document."""
        wanted = {status_number(code) for code in self.codes}
        expected = "|".join(self.codes)
        seen = [one for one in evidence.statuses(self.document) if one.request.seq > self.after]
        for exchange in seen:
            if status_number(exchange.package.get("status_code")) in wanted and exchange.effect("accepted"):
                return self._in_time(evidence, exchange, requirement, expected)
        received = ", ".join(str(one.package.get("status_code")) for one in seen) or "-"
        return Pending(
            finding(requirement, "status-not-sent", expected=expected, received=received, document=self.document)
        )

    def _in_time(self, evidence: Evidence, exchange: Exchange, requirement: str, expected: str) -> Assessment:
        fetched = [one for one in evidence.fetches(self.document) if one.served and one.answer]
        if self.within is None or not fetched or fetched[0].answer is None:
            return Met()
        took = evidence.between(fetched[0].answer, exchange.request)
        if took <= self.within:
            return Met(f"{took:.1f} s, <= {self.within:g} s")
        late = finding(
            requirement, "status-late", event=exchange.request, expected=f"{expected} <= {self.within:g} s",
            received=f"{took:.1f} s", document=self.document,
        )  # fmt: skip
        return Broken((late,))


class StatusNames(Expectation, frozen=True, tag="status-names"):
    """Every status about the document names it exactly in ResponseFor, and at least one was sent."""

    document: str
    organ_id: str
    code: str
    promulgation_date: str

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge ResponseFor of every status about the document."""
        statuses = evidence.statuses(self.document)
        if not statuses:
            return Pending(
                finding(
                    requirement,
                    "status-not-sent",
                    expected="ResponseFor",
                    received="-",
                    document=self.document,
                )
            )
        wrong = tuple(bad for exchange in statuses for bad in self._wrong(exchange, requirement))
        return Broken(wrong) if wrong else Met()

    def _wrong(self, exchange: Exchange, requirement: str) -> list[Finding]:
        named = exchange.package.get("response_for") or {}
        pairs = (
            ("OrganId", self.organ_id, named.get("organ_id")),
            ("Code", self.code, named.get("code")),
            ("PromulgationDate", self.promulgation_date, named.get("promulgation_date")),
        )
        return [
            finding(
                requirement,
                "names-otherwise",
                event=exchange.request,
                expected=expected,
                received=given or "-",
                element=f"ResponseFor/{element}",
                document=self.document,
            )
            for element, expected, given in pairs
            if given != expected
        ]


class NoStatus(Expectation, frozen=True, tag="no-status"):
    """No status with one of `codes` is sent about the document."""

    document: str
    codes: tuple[str, ...]

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge the status packages about the document."""
        unwanted = {status_number(code) for code in self.codes}
        for exchange in evidence.statuses(self.document):
            code = exchange.package.get("status_code")
            if status_number(code) in unwanted:
                sent = finding(
                    requirement, "unwanted-status", event=exchange.request, expected="-", received=code,
                    document=self.document,
                )  # fmt: skip
                return Broken((sent,))
        return Holding()
