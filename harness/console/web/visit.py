"""One request as a page sees it: person, language and form values, inside one transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.texts import Language, text
from harness.console.console_state import ConsoleState
from harness.console.data.options import ConsoleOptions, options
from harness.console.data.tables import AccessTokenRow, OrganisationRow, RunRow, SessionRow, SystemRow, UserRow
from harness.console.people.roles import Right, Role, may
from harness.console.runs.console_work import ConsoleWork
from harness.console.sent_file import SentFile
from harness.console.sentences import sentence_of
from harness.console.web.guards import LARGEST_BODY
from harness.console.web.rendering import rendered

LANGUAGE_COOKIE = "lienthong-lang"
SESSION_COOKIE = "lienthong-console"
_SEE_OTHER = 303
_UNPROCESSABLE = 422
_MOST_FILES = 8
_LONGEST_ACTOR = 100
_GREATEST_KEY = 2**31 - 1  # what a key of either kind of database can be

T = TypeVar("T", OrganisationRow, SystemRow, RunRow, UserRow, AccessTokenRow)


class Missing(Exception):
    """The thing does not exist, or this person may not see it: both give the same answer."""


class Forbidden(Exception):
    """The person may not do this."""


@dataclass(slots=True)
class Visit:
    """One request.

    Attributes:
        request: as it came.
        state: what the console works with.
        work: what goes on beside the pages.
        db: transaction of this request; kept when the page ends well.
        session: of a signed-in browser, None before, and None for programs.
        token: key of a program, None for browsers.
        sent: what a program sent, as its address wants it.
        language: of the page.
        fields: values of the form, by name.
        files: that were sent, by the names of the form.
        afterwards: what is to be done once the changes of this request are kept.
    """

    request: Request
    state: ConsoleState
    work: ConsoleWork
    db: Session
    session: SessionRow | None
    language: Language
    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)
    files: Mapping[str, Sequence[SentFile]] = field(default_factory=dict)
    afterwards: list[Callable[[], object]] = field(default_factory=list)
    token: AccessTokenRow | None = None
    sent: Any = None

    @property
    def user(self) -> UserRow:
        """Who asks.

        Raises:
            Missing: no person is signed in.
        """
        holder = self.session or self.token
        if holder is None:
            raise Missing
        return holder.user

    @property
    def actor(self) -> str:
        """Who asks, as the log of changes names them: a program with the name of its key."""
        called = self.user.name if self.token is None else f"{self.user.name} ({self.token.name})"
        return called[:_LONGEST_ACTOR]

    @property
    def options(self) -> ConsoleOptions:
        """The settings that hold now."""
        return options(self.db, self.state.allowed_by_default)

    def may(self, right: Right) -> bool:
        """Return whether the person has a right; a program has it by its key besides."""
        return may(self.user.role, right) and (self.token is None or right in self.token.rights.split())

    def need(self, right: Right) -> None:
        """Check that the person has a right.

        Raises:
            Forbidden: the person does not have it.
        """
        if not self.may(right):
            raise Forbidden

    @property
    def own(self) -> int | None:
        """The organisation that a vendor sees, None where all are seen."""
        return (self.user.organisation_id or -1) if self.user.role == Role.VENDOR else None

    def sees(self, organisation_id: int) -> bool:
        """Return whether what belongs to an organisation is shown to the person."""
        return self.own is None or self.own == organisation_id

    def organisation(self) -> OrganisationRow:
        """Return the organisation that the address names; see `named`."""
        found = self.named(OrganisationRow)
        if not self.sees(found.id):
            raise Missing
        return found

    def system(self) -> SystemRow:
        """Return the system that the address names; see `named`."""
        return self._seen(self.named(SystemRow))

    def run(self) -> RunRow:
        """Return the run that the address names; see `named`."""
        return self._seen(self.named(RunRow))

    def _seen(self, found: T) -> T:
        if isinstance(found, SystemRow | RunRow) and not self.sees(found.organisation_id):
            raise Missing
        return found

    def named(self, table: type[T]) -> T:
        """Return the row that the address names, whoever may see it.

        Raises:
            Missing: there is none.
        """
        key = self.request.path_params["key"]
        found = None if isinstance(key, int) and key > _GREATEST_KEY else self.db.get(table, key)
        if found is None:
            raise Missing
        return found

    def value(self, name: str, limit: int = 4000) -> str:
        """Return a value of the form, empty where it has none."""
        return (self.fields.get(name) or [""])[0].strip()[:limit]

    def asked(self, name: str, limit: int = 200) -> str:
        """Return a value of the address, empty where it has none."""
        return self.request.query_params.get(name, "").replace("\0", "").strip()[:limit]

    def number(self, name: str, least: int = 1) -> int:
        """Return a number of the address, the least where there is none."""
        given = self.asked(name)
        return max(least, int(given[:9])) if given.isascii() and given.isdigit() else least

    def address(self, path: str) -> str:
        """Return the whole address of a page of ours, as the browser reaches it."""
        whole = str(self.request.base_url.replace(path=path))
        return f"https{whole.removeprefix('http')}" if self.state.secure else whole

    def page(self, template: str, status: int = 200, /, **values: Any) -> Response:
        """Return a page."""
        query = [(key, value) for key, value in self.request.query_params.multi_items() if key != "lang"]
        user = self.session.user if self.session else None
        return HTMLResponse(
            rendered(
                template,
                self.language,
                visit=self,
                user=user,
                csrf=self.session.csrf if self.session else "",
                other="en" if self.language == "vi" else "vi",
                query=urlencode(query),
                draining=self.options.drain if user else False,
                problem=values.pop("problem", None),
                **values,
            ),
            status,
        )

    def declined(self, template: str, error: ConfigurationError, /, **values: Any) -> Response:
        """Return a page once more, with what is wrong; nothing of this request is kept."""
        self.db.rollback()
        return self.page(template, _UNPROCESSABLE, problem=sentence_of(error, self.language), **values)

    def say(self, key: str, /, **parameters: object) -> str:
        """Return a text in the person's language."""
        return text("console", key, self.language, **parameters)

    @staticmethod
    def moved(address: str) -> Response:
        """Send the browser to a page of ours."""
        return RedirectResponse(address, _SEE_OTHER)


Handler = Callable[[Visit], Response]


async def form_of(request: Request, most: int) -> tuple[dict[str, list[str]], dict[str, list[SentFile]]]:
    """Read the form of a request: values, and files that are not empty."""
    fields: dict[str, list[str]] = {}
    files: dict[str, list[SentFile]] = {}
    async with request.form(max_files=_MOST_FILES, max_fields=80, max_part_size=LARGEST_BODY) as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                content = await value.read(most + 1)
                if content:
                    files.setdefault(name, []).append(SentFile(value.filename or "", content))
            else:
                fields.setdefault(name, []).append(value.replace("\0", ""))
    return fields, files
