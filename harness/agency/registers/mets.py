"""METS and EAD files of an archival package, as text: the list of its files with their digests, and descriptions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from xml.sax.saxutils import escape, quoteattr

_NAMESPACES = (
    'xmlns="http://www.loc.gov/METS/" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'xmlns:csip="https://DILCIS.eu/XML/METS/CSIPExtensionMETS"'
)
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE = {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}


@dataclass(frozen=True, slots=True)
class ListedEntity:
    """A file that a METS lists.

    Attributes:
        path: from the METS, with `/`.
        size: bytes.
        sha256: in hex.
    """

    path: str
    size: int
    sha256: str

    @classmethod
    def of(cls, path: str, content: bytes) -> "ListedEntity":
        """Return what is listed of a file."""
        return cls(path, len(content), sha256(content).hexdigest())

    @property
    def digests(self) -> str:
        """Size and digest as attributes."""
        return f'SIZE="{self.size}" CHECKSUM="{self.sha256}" CHECKSUMTYPE="SHA-256"'


@dataclass(frozen=True, slots=True)
class DescribedFiles:
    """A description with the files that it is of, the first of which is the document."""

    description: ListedEntity
    files: tuple[ListedEntity, ...]


def representation_mets(documents: Sequence[DescribedFiles], created: str) -> bytes:
    """Return the METS of a representation: a section and divisions for each document.

    Args:
        documents: in order.
        created: time with its zone, ISO 8601.
    """
    sections = "".join(
        f'<dmdSec ID="D{place}"><mdRef LOCTYPE="URL" MDTYPE="OTHER" {_href(one.description.path)} '
        f"{one.description.digests}/></dmdSec>\n"
        for place, one in enumerate(documents, 1)
    )
    listed = "".join(
        _file(f"F{place}-{number}", file, created)
        for place, one in enumerate(documents, 1)
        for number, file in enumerate(one.files, 1)
    )
    divisions = "".join(
        f'<div LABEL="{place}"{_described(place, number)}><fptr FILEID="F{place}-{number}"/></div>\n'
        for place, one in enumerate(documents, 1)
        for number, _ in enumerate(one.files, 1)
    )
    return _mets('OBJID="rep1"', f'CREATEDATE="{created}"', sections, listed, divisions)


def root_mets(
    identity: str, ead: ListedEntity, inner: ListedEntity, others: Iterable[ListedEntity], created: str
) -> bytes:
    """Return the METS of the package.

    Args:
        identity: OBJID, the name of the package's folder.
        ead: the description of the dossier.
        inner: the METS of the representation.
        others: further files, such as schemas.
        created: time with its zone, ISO 8601.
    """
    section = f'<dmdSec ID="D0"><mdRef LOCTYPE="URL" MDTYPE="OTHER" {_href(ead.path)} {ead.digests}/></dmdSec>\n'
    listed = "".join(_file(f"F{number}", one, created) for number, one in enumerate((inner, *others)))
    division = f'<div LABEL="rep1"><mptr LOCTYPE="URL" {_href(inner.path)}/></div>\n'
    header = f'csip:OAISPACKAGETYPE="SIP" RECORDSTATUS="NEW" CREATEDATE="{created}"'
    return _mets(f"OBJID={quoteattr(identity)}", header, section, listed, division)


def description(fields: Mapping[str, str]) -> bytes:
    """Return an EAD file: its fields by name, in order; empty ones are left out."""
    lines = "".join(f"  <{name}>{escape(text)}</{name}>\n" for name, text in fields.items() if text)
    return f"{_HEAD}<simpledc>\n{lines}</simpledc>\n".encode()


def _described(place: int, number: int) -> str:
    return f' DMDID="D{place}"' if number == 1 else ""


def _href(path: str) -> str:
    return f"xlink:href={quoteattr(path, _SPACE)}"


def _file(identity: str, file: ListedEntity, created: str) -> str:
    return (
        f'<file ID="{identity}" {file.digests} CREATED="{created}"><FLocat LOCTYPE="URL" {_href(file.path)}/></file>\n'
    )


def _mets(root: str, header: str, sections: str, listed: str, divisions: str) -> bytes:
    return (
        f"{_HEAD}<mets {_NAMESPACES} {root}>\n<metsHdr {header}/>\n{sections}"
        f'<fileSec><fileGrp>\n{listed}</fileGrp></fileSec>\n<structMap LABEL="CSIP"><div LABEL="CSIP">\n{divisions}'
        "</div></structMap>\n</mets>\n"
    ).encode()
