"""All pages of the console; a room that adds pages adds its module here."""

from harness.console.web import (
    account_pages,
    administration_pages,
    amendment_pages,
    certificate_pages,
    evidence_pages,
    history_pages,
    openid_pages,
    operator_pages,
    program_settings,
    proposal_pages,
    recall_pages,
    register_pages,
    retention_pages,
    run_pages,
    runner_pages,
    subject_pages,
    token_pages,
)
from harness.console.web.routing import PageRoute

PAGES: tuple[PageRoute, ...] = (
    *account_pages.PAGES,
    *openid_pages.PAGES,
    *token_pages.PAGES,
    *administration_pages.PAGES,
    *program_settings.PAGES,
    *subject_pages.PAGES,
    *run_pages.PAGES,
    *runner_pages.PAGES,
    *evidence_pages.PAGES,
    *history_pages.PAGES,
    *operator_pages.PAGES,
    *proposal_pages.PAGES,
    *certificate_pages.PAGES,
    *register_pages.PAGES,
    *recall_pages.PAGES,
    *retention_pages.PAGES,
    *amendment_pages.PAGES,
)
