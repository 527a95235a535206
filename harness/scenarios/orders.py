"""Orders that every system must take: a candidate that refuses one has failed, and the record quotes its reason."""

from harness.expectations import OrderTaken
from harness.scenarios.context import ScenarioContext
from harness.scenarios.testdata import OutgoingDocument


async def ordered(context: ScenarioContext, outgoing: OutgoingDocument) -> OutgoingDocument:
    """Have a document sent that no system may refuse to send.

    Returns:
        The document with the DocumentId that the candidate names.

    Raises:
        DriverError: the candidate did not do it; if it refused, that is a failure of the candidate.
        DriverLost: the driver cannot be reached any more.
    """
    given = outgoing.arguments
    number = {"code_number": str(given["code_number"]), "code_notation": str(given["code_notation"])}
    context.expect(OrderTaken(command="send", arguments=number))
    return await context.send(outgoing)
