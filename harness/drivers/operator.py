"""The operator of a run: the person who operates the candidate, or connects it, and is asked what it shows."""

from typing import Protocol


class Operator(Protocol):
    """The person: is shown lines, and asked for lines."""

    @property
    def attended(self) -> bool:
        """True when a person sits there: what is done by hand then gets the time that hands take."""
        ...

    def tell(self, lines: str) -> None:
        """Show text that needs no answer."""
        ...

    async def ask(self, question: int, command: str, document: str | None, lines: str, limit: float) -> str | None:
        """Show a question and return the line that answers it, None when there is no one to answer.

        Args:
            question: its number; asked again under the same number when the first answer was not understood.
            command: driver command that it belongs to.
            document: DocumentId that it is about.
            lines: its text.
            limit: seconds to wait.

        Raises:
            TimeoutError: no answer came in time.
        """
        ...


class Unattended:
    """No operator: nothing is shown, and no question is answered."""

    attended = False

    def tell(self, lines: str) -> None:
        """Drop the text."""

    async def ask(self, question: int, command: str, document: str | None, lines: str, limit: float) -> str | None:
        """Return None: there is no one to answer."""
        return None
