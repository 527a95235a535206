"""Driver `passive`: the product acts by itself. Its operator is shown once how to connect it; nothing can be asked."""

from collections.abc import Mapping
from typing import Any

from harness import __version__
from harness.catalogue.texts import text
from harness.drivers.manual.interview import FOLDER
from harness.drivers.manual.secrets import Secrets
from harness.drivers.manual.tasks import data_lines
from harness.drivers.manual.words import AREA
from harness.drivers.operator import Operator
from harness.drivers.protocol import OperatorError
from harness.drivers.views import Workplace


class PassiveDriver:
    """Answers every command by saying that no one carries it out: the operator's choice, not a failure.

    The product's messages are still judged.
    """

    def __init__(self, workplace: Workplace, operator: Operator) -> None:
        """Prepare the driver; `operator` is shown how to connect the product."""
        self._language = workplace.language
        self._folder = (workplace.directory / FOLDER).absolute()
        self._operator = operator
        self._secrets = Secrets(workplace)
        self._configuration: Mapping[str, Any] | None = None

    async def call(self, command: str, arguments: Mapping[str, Any], limit: float) -> dict[str, Any]:
        """Answer `hello`, and show the first configuration; nothing else.

        Raises:
            OperatorError: it is any other command, or another configuration.
        """
        if command == "hello":
            return {"name": "passive", "version": __version__, "commands": []}
        if command == "configure" and self._configuration is None:
            self._configuration = dict(arguments)
            self._show(arguments)
            return {}
        if command == "configure" and arguments == self._configuration:
            return {}
        raise OperatorError("passive", command)

    async def close(self) -> None:
        """Leave the product alone."""

    def _show(self, arguments: Mapping[str, Any]) -> None:
        head = text(AREA, "passive.configure", self._language)
        shown = data_lines("configure", self._secrets.shown(arguments), self._folder, self._language)
        self._operator.tell("\n".join((head, *shown)))
