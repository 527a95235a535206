"""The places `{{name}}` in the guide's texts, filled with names of the worked example and numbers of a profile."""

import re
from collections.abc import Mapping

from harness.catalogue.parameters import Parameters
from harness.catalogue.texts import Language
from harness.guide.files import worked_example
from harness.guide.profilepieces import facts

_PLACE = re.compile(r"\{\{([a-z_.]+)\}\}")


def filled(text: str, parameters: Parameters, language: Language) -> str:
    """Return a text with its places filled.

    Raises:
        KeyError: it has a place that nothing is known for.
    """
    if "{{" not in text:
        return text
    values = {**facts(parameters, language), **_example()}
    return _PLACE.sub(lambda match: values[match[1]], text)


def _example() -> Mapping[str, str]:
    """Return the names of the worked example that texts may name."""
    one = worked_example()
    parties = {"a": one.sender, "b": one.receiver}
    named = {
        f"{letter}.{name}": getattr(party, name)
        for letter, party in parties.items()
        for name in ("system_id", "secret", "organ_id", "organ_name")
    }
    return named | {"endpoint": one.endpoint, "sent_id": one.sent_id, "received_id": one.received_id}
