"""Imported once by the process that the runs of a self-test are forked from: the common imports are loaded only
once."""

import anyio

import harness.crypto.pdf.examination
import harness.crypto.pdf.signed_files
import harness.crypto.xml.verify
import harness.selftest.matrix  # noqa: F401 - with all that it imports
from harness.agency.gallery import defects, variants
from harness.catalogue.profiles import load_profile
from harness.crypto.testpki.pki import warm_shared_keys
from harness.crypto.tls_context import public_context
from harness.report.selftest_summary import stated_summary
from harness.rules.check import IMPLEMENTED
from harness.scenarios.registry import all_scenarios

warm_shared_keys()
anyio.run(anyio.lowlevel.checkpoint)  # loads the event loop
WARMED = (load_profile(), defects(), variants(), all_scenarios(), IMPLEMENTED, public_context(), stated_summary())
