"""The OpenAPI description: the one that is served is the one that ships, is valid, and tells all addresses."""

import json
from pathlib import Path

from openapi_spec_validator import OpenAPIV31SpecValidator
from starlette.testclient import TestClient

from harness.console.api.address import ROOT
from harness.console.api.description import SHIPPED
from harness.console.api.table import ADDRESSES
from harness.resources import folder
from tests.console.console_rig import ConsoleRig


def test_what_is_served_without_login_is_what_ships(tmp_path: Path) -> None:
    with ConsoleRig(tmp_path) as rig:
        answer = TestClient(rig.app).get(f"{ROOT}/openapi.json")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    shipped = (folder("profiles") / "schema" / SHIPPED).read_bytes()
    assert answer.content == shipped, "renew it: python reports/make_console_api.py"


def test_it_is_valid_and_tells_every_address_with_its_right() -> None:
    whole = json.loads((folder("profiles") / "schema" / SHIPPED).read_bytes())
    OpenAPIV31SpecValidator(whole).validate()
    told = {one["operationId"]: one for path in whole["paths"].values() for one in path.values()}
    assert set(told) == {one.name for one in ADDRESSES}
    assert len(told) == len(ADDRESSES)
    for one in ADDRESSES:
        assert ("requestBody" in told[one.name]) == (one.sent is not None)
        assert str(one.status) in told[one.name]["responses"]
        assert (str(one.right) in told[one.name].get("description", "")) == (one.right is not None)
    assert set(whole["components"]["schemas"]) > {"RunShape", "Candidate", "WantedRun", "ProblemShape", "LifeEntry"}
    assert "certificate.suspended" in whole["webhooks"]
