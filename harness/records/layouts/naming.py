"""From a vendor's names of fields and kinds to the regulation's."""

from collections.abc import Iterable, Mapping

from harness.catalogue.parameters import Keeping
from harness.records.kept import GROUPS, MEMBERS, PLAIN, RecordKind

_ALIASES = {"files": "File", "toplace": "ToPlaces", "traceheader": "TraceHeaderList", "organid": "FileCode.OrganId"}
_WORDLESS = "-"


class Naming:
    """Knows the names of a profile.

    Args:
        keeping: the profile's.
    """

    def __init__(self, keeping: Keeping) -> None:
        self._separator = keeping.separator
        known = {name.lower(): name for name in (*PLAIN, *GROUPS, *MEMBERS)}
        bare = {member.partition(".")[2].lower(): member for member in MEMBERS}
        self._fields = {**bare, **_ALIASES, **known}
        for own, meant in keeping.columns.items():
            self._fields[own.strip().lower()] = self._fields.get(meant.lower(), meant)
        self._kinds: dict[str, RecordKind] = {
            word.lower(): kind for kind, words in keeping.kinds.items() for word in words
        }
        self._members = {own.lower(): meant for own, meant in keeping.columns.items() if "." not in meant}

    def field(self, name: str) -> str | None:
        """Return the regulation's name of a field, None for one that it has not."""
        return self._fields.get(name.strip().lower())

    def member(self, group: str, name: str) -> str | None:
        """Return the name of a field within another, None for one that it has not."""
        wanted = self._members.get(name.lower(), name).rpartition(".")[2].lower()
        return next((member for member in GROUPS[group] if member.lower() == wanted), None)

    def kind(self, word: str) -> RecordKind | None:
        """Return the kind of record that a word names; a plural counts."""
        plain = word.strip().lower()
        return self._kinds.get(plain) or self._kinds.get(plain.removesuffix("s"))

    def kind_by_fields(self, fields: Iterable[str]) -> RecordKind | None:
        """Return the kind of a record that does not name it, by what it holds; None where that says nothing."""
        held = set(fields)
        if held & {"ArrivalNumber", "ArrivalDate"}:
            return "incoming"
        if "Title" in held and "CodeNumber" not in held:
            return "dossier"
        return "outgoing" if held & {"CodeNumber", "CodeNotation", "Subject"} else None

    def split(self, name: str, cell: str) -> list[str]:
        """Return the values that one cell of a table holds."""
        field = self.field(name) or ""
        several = "." in field or field in {"DocOrdinal", *GROUPS}
        return cell.split(self._separator) if several else [cell]


def kind_of(naming: Naming, values: Mapping[str, tuple[str, ...]], around: str) -> RecordKind | None:
    """Return the kind of a record: what it says itself, else what it is in, else what it holds."""
    own = next(iter(values.get("Kind", ())), "")
    return naming.kind(own) or naming.kind(around or _WORDLESS) or naming.kind_by_fields(values)
