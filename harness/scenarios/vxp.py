"""VXP: what a candidate does with the hub's directory. All else of this group is watched on every request."""

from harness.judge.expectations import DirectoryRead, OrderTaken, Registered
from harness.scenarios.registry import EXCLUSIVE, scenario
from harness.scenarios.stage import Stage

# The least rate at which a candidate is expected to read the directory.
_ROWS_PER_SECOND = 5_000


@scenario("VXP-11", needs=("register",), isolation=EXCLUSIVE)
async def directory(stage: Stage) -> None:
    """The candidate registers agencies of its own, and reads the whole directory, however long it is."""
    parent = stage.agency.organ_id
    agencies = [{"organ_id": organ_id, "organ_name": name, "parent": parent} for organ_id, name in stage.subordinates()]
    stage.expect(OrderTaken(command="register", arguments={}))
    await stage.drive("register", {"agencies": agencies})
    for agency in agencies:
        stage.expect(Registered(organ_id=agency["organ_id"], parent=parent))
    await stage.settle()
    rows = stage.profile.parameters.volumes.directory_rows
    stage.patience_added = rows / _ROWS_PER_SECOND
    stage.hub.fill_directory(rows)
    stage.expect(DirectoryRead(rows=rows))
