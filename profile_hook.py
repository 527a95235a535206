"""Keeps what the shipped profiles say beside them when the package is built, so that no call parses YAML for them.

Without it everything works, and every call takes a little longer.
"""

import subprocess
import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ProfileHook(BuildHookInterface):
    """Called by hatchling before a wheel is put together, that of an editable install too."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the file into the folder of the profiles, from which the wheel takes it."""
        if self.target_name == "wheel":
            subprocess.run([sys.executable, "-m", "harness.catalogue.build"], cwd=self.root, check=True)
