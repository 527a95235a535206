"""What must not come of hostile input: visits, lost signatures, unsafe names, silence about forgeries."""

from harness.judge.assessment import Assessment, Broken, Holding
from harness.judge.evidence import Evidence
from harness.judge.expectations.base import Expectation, finding


class Unvisited(Expectation, frozen=True, tag="unvisited"):
    """Nothing comes to the addresses of the canary that carry `token`."""

    token: str

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge the visits to the canary."""
        for visit in evidence.kind("canary"):
            if visit.data["token"] == self.token:
                came = finding(
                    requirement,
                    "canary-visited",
                    event=visit,
                    expected="-",
                    received=f"{visit.data['method']} {visit.data['path']}",
                    label=str(visit.data["path"]).rpartition("/")[2],
                    bytes=visit.data["body"]["size"],
                )
                return Broken((came,))
        return Holding()
