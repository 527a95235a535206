"""Settings that outlive the program, in a file in the folder of the store."""

import json
import os
from dataclasses import replace
from typing import Any

from harness.agency.settings import AgencySettings
from harness.catalogue.errors import ConfigurationError

FILE = "settings.json"
_KEPT = (
    "endpoint", "system_id", "secret", "organ_id", "organ_name", "hub_trust_anchors_pem", "signer_trust_anchors_pem",
)  # fmt: skip


def remember(settings: AgencySettings) -> None:
    """Keep the settings in a file that only this user can read; without a folder of its own nothing is kept."""
    if settings.data is None:
        return
    content: dict[str, Any] = {name: getattr(settings, name) for name in _KEPT}
    content["poll_interval"] = settings.timing.poll_interval
    settings.data.mkdir(parents=True, exist_ok=True)
    part = settings.data / f"{FILE}.part"
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
        json.dump(content, stream, ensure_ascii=False)
    part.replace(settings.data / FILE)


def remembered(settings: AgencySettings) -> AgencySettings:
    """Return `settings` completed with what was kept in their folder; texts that they have themselves come first.

    Raises:
        ConfigurationError: the file there is no settings file of an agency system.
    """
    path = settings.data / FILE if settings.data is not None else None
    if path is None or not path.is_file():
        return settings
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        kept: dict[str, Any] = {name: getattr(settings, name) or str(content[name]) for name in _KEPT}
        timing = replace(settings.timing, poll_interval=float(content["poll_interval"]))
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise ConfigurationError("agency.data-unusable", path=path, detail=type(error).__name__) from error
    return replace(settings, **kept, timing=timing)
