"""Systems and agencies, and the directory answers, which are built once and kept until something changes."""

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from sqlite3 import Row

from harness.hub.store import HubStore
from harness.vxp.answers import success_with

_OLD_FORM = re.compile(r"([0-9]{3})\.([0-9]{2})\.([0-9]{2})\.[A-Z][0-9]{2}")
_TIME = "%Y/%m/%d %H:%M:%S"
_PROVINCES = 63
_MOST_FOUND = 10_000  # agencies that are kept in memory
_FIRST_COMMUNE = 10_001
_INSERT = """
INSERT INTO agencies (organ_id, code102, name, mail, mobile, fax, parent, system_id, level, locked, modified)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (organ_id) DO UPDATE SET
    code102 = excluded.code102, name = excluded.name, mail = excluded.mail, mobile = excluded.mobile,
    fax = excluded.fax, parent = excluded.parent, system_id = excluded.system_id, level = excluded.level,
    locked = excluded.locked, modified = excluded.modified, deleted = 0, version = version + 1
"""


@dataclass(frozen=True, slots=True)
class RegisteredAgency:
    """One agency of the directory.

    Attributes:
        number: the hub's own number of it.
        organ_id: its OrganId; `code102` is its other identifier, empty when it has none.
        system_id: the system that calls for it; empty for agencies of systems that are not connected here.
        locked: whether the hub refuses documents to it.
    """

    number: int
    organ_id: str
    code102: str
    name: str
    system_id: str
    locked: bool


@dataclass(frozen=True, slots=True)
class Registration:
    """What a call says about an agency that it creates or changes."""

    organ_id: str
    name: str = ""
    system_id: str = ""
    parent: str = ""
    code102: str = ""
    mail: str = ""
    mobile: str = ""
    fax: str = ""
    locked: bool = False


def level_of(organ_id: str) -> int:
    """Return the level that an OrganId names, 1 being a ministry or province; 1 for ids of other forms."""
    old = _OLD_FORM.fullmatch(organ_id)
    if old is None:
        return organ_id.count(".") + 1
    places = [index for index, group in enumerate(old.groups()) if group.strip("0")]
    return 1 if not places else 4 - places[0]


class HubDirectory:
    """Who is connected and who can be written to."""

    def __init__(self, store: HubStore, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._answers: dict[str, tuple[bytes, int]] = {}
        self._successors: dict[str, str] = {}
        self._found: dict[tuple[int, str, bool], RegisteredAgency] = {}
        self._version = 0
        self._secrets = {row["system_id"]: row["secret"] for row in store.rows("SELECT * FROM systems")}

    def set_system(self, system_id: str, secret: str) -> None:
        """Create a system or change its secret."""
        self._store.change(
            "INSERT INTO systems VALUES (?, ?) ON CONFLICT (system_id) DO UPDATE SET secret = excluded.secret",
            system_id,
            secret,
        )
        self._secrets[system_id] = secret

    def secret(self, system_id: str) -> str | None:
        """Return the secret of a system, None for an unknown one."""
        return self._secrets.get(system_id)

    def systems(self) -> tuple[str, ...]:
        """Return the ids of all systems."""
        return tuple(self._secrets)

    def register(self, registration: Registration) -> RegisteredAgency:
        """Create an agency, or change the one with that OrganId, and return it."""
        self._store.change(_INSERT, *self._values(registration))
        self._forget()
        found = self.agency(registration.organ_id)
        if found is None:
            raise LookupError(registration.organ_id)
        return found

    def rename(self, number: int, organ_id: str) -> None:
        """Give an agency another OrganId; what waits for it keeps waiting.

        Raises:
            sqlite3.IntegrityError: another agency has it.
        """
        self._store.change("UPDATE agencies SET organ_id = ? WHERE number = ?", organ_id, number)
        self._forget()

    def lock(self, organ_id: str, locked: bool = True) -> None:
        """Refuse documents to an agency, or take them again."""
        self._store.change("UPDATE agencies SET locked = ? WHERE organ_id = ?", locked, organ_id)
        self._forget()

    def remove(self, number: int) -> None:
        """Take an agency out of the directory; `getSynchronizeUnit` still shows it as deleted."""
        self._store.change(
            "UPDATE agencies SET deleted = 1, version = version + 1, modified = ? WHERE number = ?",
            self._now(),
            number,
        )
        self._forget()

    def succeed(self, organ_id: str, successor: Registration) -> None:
        """Close an agency's code and put another agency in its place, which is remembered for as long as the hub runs.

        The system that called for the one calls for the other.

        Raises:
            KeyError: there is no such agency.
        """
        closed = self.agency(organ_id)
        if closed is None:
            raise KeyError(organ_id)
        self.register(replace(successor, system_id=closed.system_id))
        self.remove(closed.number)
        for code in filter(None, (closed.organ_id, closed.code102)):
            self._successors[code] = successor.organ_id

    def successor(self, code: str) -> RegisteredAgency | None:
        """Return the agency that took over from the one with this closed code, through any number of successions."""
        seen: set[str] = set()
        while code in self._successors and code not in seen:
            seen.add(code)
            code = self._successors[code]
        return self.agency(code) if seen else None

    def fill_communes(self, rows: int, provinces: Sequence[str]) -> None:
        """Add made-up communes, right below provinces: there are no districts.

        Args:
            rows: how many.
            provinces: OrganIds in the new form.
        """
        self._store.change_many(_INSERT, (self._values(one) for one in _communes(rows, provinces)))
        self._forget()

    def fill(self, rows: int) -> None:
        """Add `rows` agencies of systems that are not connected; filling again adds only what is missing."""
        statement = _INSERT.partition("ON CONFLICT")[0] + "ON CONFLICT DO NOTHING"
        self._store.change_many(statement, _made_up(rows, self._now()))
        self._forget()

    def agency(self, code: str, *, removed_too: bool = False) -> RegisteredAgency | None:
        """Return the agency with this identifier of either form, None when there is none.

        Args:
            code: the identifier.
            removed_too: whether agencies that were removed count.
        """
        # Kept under the version it was read at: what is found while somebody makes a change is not found again.
        asked = (self._version, code, removed_too)
        found = self._found.get(asked)
        if found is None:
            row = self._store.row(
                "SELECT * FROM agencies WHERE (organ_id = ?1 OR (code102 = ?1 AND code102 <> ''))"
                " AND deleted <= ?2 ORDER BY organ_id = ?1 DESC",
                code,
                removed_too,
            )
            found = None if row is None else _agency(row)
            if found is not None and len(self._found) < _MOST_FOUND:
                self._found[asked] = found
        return found

    def numbered(self, number: str) -> RegisteredAgency | None:
        """Return the agency with the hub's number `number`, given as text."""
        if not (number.isascii() and number.isdigit()):
            return None
        row = self._store.row("SELECT * FROM agencies WHERE number = ? AND deleted = 0", int(number[:15]))
        return None if row is None else _agency(row)

    def agencies_of(self, system_id: str) -> tuple[RegisteredAgency, ...]:
        """Return the agencies that a system calls for."""
        found = self._store.rows(
            "SELECT * FROM agencies WHERE system_id = ? AND system_id <> '' AND deleted = 0", system_id
        )
        return tuple(_agency(row) for row in found)

    def listing(self) -> tuple[bytes, int]:
        """Return the answer of `getAgenciesList` and its number of rows."""
        return self._answer("list", lambda: map(_row, self._all(deleted=False)))

    def listing_qd20(self, level: str) -> tuple[bytes, int]:
        """Return the answer of `getAgenciesListQD20`: one level, or all when `level` is no number."""
        wanted = int(level) if level.isascii() and level.isdigit() and len(level) == 1 else None
        chosen = (row for row in self._all(deleted=False) if wanted in (None, row["level"]))
        return self._answer(f"qd20 {wanted}", lambda: map(_qd20_row, chosen))

    def units(self) -> tuple[bytes, int]:
        """Return the answer of `getSynchronizeUnit`, removed agencies included."""
        return self._answer("units", lambda: map(_unit_row, self._all(deleted=True)))

    def _all(self, deleted: bool) -> Iterator[Row]:
        yield from self._store.rows(
            "SELECT a.number, a.organ_id, a.code102, a.name, a.mail, a.level, a.version, a.deleted, a.modified,"
            " coalesce(p.number, '') AS pid FROM agencies AS a"
            " LEFT JOIN agencies AS p ON p.organ_id = a.parent WHERE a.deleted <= ? ORDER BY a.number",
            deleted,
        )

    def _answer(self, name: str, rows: Callable[[], Iterator[Mapping[str, object]]]) -> tuple[bytes, int]:
        with self._lock:
            if name not in self._answers:
                data = list(rows())
                content = json.dumps(data, ensure_ascii=True, separators=(",", ":")).encode("ascii")
                self._answers[name] = (success_with("data", content), len(data))
            return self._answers[name]

    def _forget(self) -> None:
        with self._lock:
            self._version += 1
            self._found.clear()
            self._answers.clear()

    def _now(self) -> str:
        return self._clock().strftime(_TIME)

    def _values(self, given: Registration) -> tuple[object, ...]:
        return (
            given.organ_id, given.code102, given.name, given.mail, given.mobile, given.fax, given.parent,
            given.system_id, level_of(given.organ_id), given.locked, self._now(),
        )  # fmt: skip


def _made_up(rows: int, modified: str) -> Iterator[tuple[object, ...]]:
    """Yield the columns of agencies at two levels below made-up provinces, each with both identifiers."""
    for number in range(rows):
        province = f"H{number % _PROVINCES + 1:02}"
        above, unit = divmod(number // _PROVINCES, 1000)
        organ_id, code102 = f"{province}.{above}.{unit}", f"{unit:03}.{above:02}.99.{province}"
        yield organ_id, code102, f"Đơn vị thử nghiệm {number + 1}", "", "", "", province, "", 3, False, modified


def _communes(rows: int, provinces: Sequence[str]) -> Iterator[Registration]:
    """Yield communes with numbers of five digits, as they have since 2025."""
    for number in range(rows):
        province = provinces[number % len(provinces)]
        yield Registration(
            organ_id=f"{province}.{_FIRST_COMMUNE + number}", name=f"UBND xã Thử Nghiệm {number + 1}", parent=province
        )


def _agency(row: Row) -> RegisteredAgency:
    return RegisteredAgency(
        row["number"], row["organ_id"], row["code102"], row["name"], row["system_id"], bool(row["locked"])
    )


def _row(row: Row) -> dict[str, object]:
    return {
        "id": str(row["number"]),
        "pid": str(row["pid"]),
        "code": row["organ_id"],
        "name": row["name"],
        "mail": row["mail"],
        "oldCode": row["code102"],
    }


def _qd20_row(row: Row) -> dict[str, object]:
    return {
        "id": str(row["number"]),
        "code": row["organ_id"],
        "name": row["name"],
        "mail": row["mail"],
        "code102": row["code102"],
    }


def _unit_row(row: Row) -> dict[str, object]:
    return {
        "id": str(row["number"]),
        "pid": str(row["pid"]),
        "code": row["organ_id"],
        "name": row["name"],
        "mail": row["mail"],
        "version": row["version"],
        "centerCode": row["organ_id"].rpartition(".")[2] if level_of(row["organ_id"]) == 1 else "",
        "deleted": bool(row["deleted"]),
        "modifyDate": row["modified"],
        "isAgency": True,
    }
