"""Orders that every system must take: who refuses one has failed, and its own words are quoted."""

from harness.judge.expectations import OrderTaken
from harness.scenarios.material import Outgoing
from harness.scenarios.stage import Stage


async def ordered(stage: Stage, outgoing: Outgoing) -> Outgoing:
    """Have a document sent that no system may refuse to send.

    Returns:
        The document with the DocumentId that the candidate names.

    Raises:
        DriverError: the candidate did not do it; where it refused, that is its failure.
        DriverLost: the driver is gone.
    """
    given = outgoing.arguments
    number = {"code_number": str(given["code_number"]), "code_notation": str(given["code_notation"])}
    stage.expect(OrderTaken(command="send", arguments=number))
    return await stage.send(outgoing)
