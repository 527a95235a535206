"""What every kind of event has in common: typed members, under the names that they have in the journal."""

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec


class FactPart(msgspec.Struct, frozen=True):
    """A part of what an event says.

    Attributes:
        omitted: members that are left out of the journal while they are None; all others are always written.
    """

    omitted: ClassVar[frozenset[str]] = frozenset()

    def members(self) -> dict[str, Any]:
        """Return what is in the journal, member by member in its order; parts are mappings, too."""
        named = zip(self.__struct_fields__, self.__struct_encode_fields__, strict=True)
        given = ((field, name, getattr(self, field)) for field, name in named)
        return {name: _value(value) for field, name, value in given if value is not None or field not in self.omitted}


class Fact(FactPart, frozen=True):
    """What one event says.

    Members that older versions did not write have defaults; what newer ones add is passed over here, and stays in the
    members of the event.

    Attributes:
        kind: what the journal calls such an event.
    """

    kind: ClassVar[str] = ""


class Unlisted(Fact, frozen=True):
    """An event of a kind that this version does not know.

    Attributes:
        called: its kind.
        content: JSON values.
    """

    called: str
    content: Mapping[str, Any]

    def members(self) -> dict[str, Any]:
        """Return what is in the journal."""
        return dict(self.content)


def kind_of(what: Fact) -> str:
    """Return what the journal calls an event that says `what`."""
    return what.called if isinstance(what, Unlisted) else what.kind


def _value(value: Any) -> Any:
    if isinstance(value, FactPart):
        return value.members()
    if isinstance(value, tuple | list):
        return [_value(part) for part in value]
    return value
