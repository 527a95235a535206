"""The summary that is shipped speaks of the sources as they are, and of nothing missed.

It is renewed when a version is released; between releases reports say that it is of earlier sources.
"""

import pytest

from harness import __version__
from harness.agency.gallery import defects, variants
from harness.report.selftest_summary import load_summary, sources_digest, stated_summary
from harness.selftest.independent import sample_defects

pytestmark = pytest.mark.release


def test_the_shipped_summary_is_as_new_as_what_it_speaks_of() -> None:
    """Otherwise: `lienthong selftest --all --write-summary`."""
    summary = load_summary()
    assert (summary.version, summary.sources) == (__version__, sources_digest())
    stated = stated_summary()
    assert stated is not None
    assert stated["current"] is True
    assert stated["released"] is True


def test_the_shipped_summary_is_of_the_whole_gallery_and_without_a_miss() -> None:
    summary = load_summary()
    broken = [*(entry.breaks for entry in defects().values()), *(breaks for breaks, _ in sample_defects().values())]
    assert summary.caught == summary.defects == len(broken)
    # The reference agency and the sample are correct too.
    assert (summary.correct, summary.false_alarms) == (len(variants()) + 2, 0)
    assert summary.requirements == len(set(broken))
