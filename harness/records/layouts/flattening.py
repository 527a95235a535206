"""From nested values, as JSON and XML have them, to texts by field."""

import re
from collections.abc import Mapping

from harness.records.kept import GROUPS
from harness.records.layouts.naming import Naming

# The year has four digits; a shorter one is accepted where there is none, so that it can be reported.
_COMPOSED = tuple(re.compile(rf"(.+?)[.\-/](\d{{{n}}})[.\-/](.+)", re.DOTALL) for n in (4, 2))
_ALONE = {"SignerInfo": "FullName", "To": "OrganName", "File": "Path"}
_MOST_LEAVES = 10_000


def flattened(item: Mapping[str, object], naming: Naming) -> dict[str, tuple[str, ...]]:
    """Return the texts of one record by field; what the regulation does not name is left out.

    Args:
        item: texts, numbers, lists and further mappings, by name.
        naming: of the profile.
    """
    found: dict[str, list[str]] = {}
    for name, value in item.items():
        field = naming.field(str(name))
        if field is None:
            continue
        for each in value if isinstance(value, list) else [value]:
            if field in GROUPS:
                _add_group(found, field, each, naming)
            else:
                found.setdefault(field, []).append(text_of(each))
    return {name: tuple(texts) for name, texts in found.items()}


def _add_group(found: dict[str, list[str]], group: str, value: object, naming: Naming) -> None:
    if isinstance(value, dict):
        inner = next((part for key, part in value.items() if len(value) == 1 and naming.field(str(key)) == group), None)
        if inner is not None:
            for each in inner if isinstance(inner, list) else [inner]:
                _add_group(found, group, each, naming)
            return
        named: Mapping[str | None, str] = {naming.member(group, str(key)): text_of(part) for key, part in value.items()}
    else:
        named = _of_text(group, text_of(value))
    for member in GROUPS[group]:
        found.setdefault(f"{group}.{member}", []).append(named.get(member, ""))


def _of_text(group: str, text: str) -> Mapping[str | None, str]:
    """Read a group that is written as one text: a file code in one piece, a name."""
    if group != "FileCode":
        return {_ALONE[group]: text}
    composed = next((found for pattern in _COMPOSED if (found := pattern.fullmatch(text.strip()))), None)
    if composed is None:
        return {"FileNotation": text}
    return dict(zip(GROUPS[group], composed.groups(), strict=True))


def text_of(value: object) -> str:
    """Return a value as text; of what holds others, all that is in it, a line for each."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if not isinstance(value, dict | list):
        return str(value)
    leaves: list[str] = []
    waiting: list[object] = [value]
    while waiting and len(leaves) < _MOST_LEAVES:
        each = waiting.pop()
        if isinstance(each, dict):
            waiting.extend(reversed(list(each.values())))
        elif isinstance(each, list):
            waiting.extend(reversed(each))
        elif text := text_of(each).strip():
            leaves.append(text)
    return "\n".join(leaves)
