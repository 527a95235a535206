"""VXP: what a candidate does with the hub's directory. The rest of this group is checked on every request."""

from datetime import datetime

from harness.expectations import DirectoryRead, DirectoryRenewed, OrderTaken, Registered
from harness.journal.recorder import VIETNAM
from harness.scenarios.context import ScenarioContext
from harness.scenarios.isolation import EXCLUSIVE
from harness.scenarios.registry import scenario
from harness.scenarios.successions import provinces, succession, take_place

# The least rate at which a candidate is expected to read the directory.
_ROWS_PER_SECOND = 5_000
_UNITS = (91, 92)


@scenario("VXP-11", expects=(OrderTaken, DirectoryRead, Registered), needs=("register",), isolation=EXCLUSIVE)
async def directory(context: ScenarioContext) -> None:
    """The candidate registers agencies of its own, and reads the whole directory, however long it is."""
    parent = context.agency.organ_id
    agencies = [{"organ_id": organ_id, "organ_name": name, "parent": parent} for organ_id, name in _units_below(parent)]
    context.expect(OrderTaken(command="register", arguments={}))
    await context.drive("register", {"agencies": agencies})
    for agency in agencies:
        context.expect(Registered(organ_id=agency["organ_id"], parent=parent))
    await context.settle()
    rows = context.profile.parameters.volumes.directory_rows
    context.patience_added = rows / _ROWS_PER_SECOND
    context.hub.fill_directory(rows)
    context.expect(DirectoryRead(rows=rows))


@scenario("VXP-11/renewed", expects=(DirectoryRenewed,), awaits=(DirectoryRead,), needs=("register",))
async def directory_changes(context: ScenarioContext) -> None:
    """The directory is read again after a code has ended and the communes have come, and their number is shown."""
    await context.until(DirectoryRead(rows=1))
    parameters = context.profile.parameters
    closed = take_place(context, succession(context, "directory"))
    communes = parameters.volumes.communes
    context.hub.fill_communes(communes, provinces(parameters, datetime.now(VIETNAM).date()))
    context.patience_added = communes / _ROWS_PER_SECOND
    context.expect(DirectoryRenewed(rows=context.hub.directory_rows(), since=closed.seq))


def _units_below(organ_id: str) -> list[tuple[str, str]]:
    """Return OrganId and name of two units below an agency, in the form of its own identifier."""
    head, _, rest = organ_id.partition(".")
    units = [f"{index:03}.{rest}" if head.isdigit() else f"{organ_id}.{index}" for index in _UNITS]
    return [(unit, f"Đơn vị kiểm thử {unit}") for unit in units]
