"""Which laboratory a call is made by: `--laboratory`, else LIENTHONG_LABORATORY, else none."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.seal.laboratory import Laboratory

VARIABLE = "LIENTHONG_LABORATORY"


def configured_laboratory(folder: Path | None = None) -> "Laboratory | None":
    """Return the laboratory in `folder`, else in the folder that LIENTHONG_LABORATORY names, else None.

    Raises:
        ConfigurationError: the folder has neither key nor identity, or one of its files is wrong.
    """
    from harness.seal.laboratory import load_laboratory

    named = folder or os.environ.get(VARIABLE)
    return load_laboratory(Path(named)) if named else None
