"""PKG: structure of the package."""

from collections.abc import Iterator
from functools import lru_cache
from unicodedata import is_normalized

from lxml import etree

from harness.catalogue.findings import Finding, Where, clipped
from harness.edxml.names import DSIG, NAMESPACE, PREFIX
from harness.rules.attachment_view import AttachmentView, TooLarge
from harness.rules.nodes import Node, found, missing
from harness.rules.package_view import PackageView
from harness.rules.registry import BOTH, attachment_rule, rule
from harness.rules.sections import NAMES, Part
from harness.rules.structure import gate, oddities, repeated, structure

_VERSION = "1.0"
_BOM = b"\xef\xbb\xbf"
_DECLARATION = b"<?xml "
_OWN = f"{{{NAMESPACE}}}"
_SIGNATURE = "Signature"
_LONGEST_NAME = 40
_instructions = etree.XPath("//processing-instruction()")


@rule("PKG-01", BOTH, codes=("version",))
def version_is_one(package: PackageView) -> Iterator[Finding]:
    """The XML version, where it is declared, is 1.0."""
    version = package.tree.docinfo.xml_version
    if version != _VERSION:
        yield Finding("PKG-01.version", Where(line=1), expected=_VERSION, received=clipped(version or ""))


@rule("PKG-02", BOTH, codes=("byte-order-mark",))
def starts_without_mark(package: PackageView) -> Iterator[Finding]:
    """There is no byte order mark."""
    if package.data.startswith(_BOM):
        yield Finding("PKG-02.byte-order-mark", Where(line=1), expected="<?xml …", received="EF BB BF")


@rule("PKG-02", BOTH, codes=("not-nfc",))
def text_is_composed(package: PackageView) -> Iterator[Finding]:
    """Text is in Unicode NFC; the first text that is not stands for all."""
    accented = [node for node in package.nodes.nodes if not node.text.isascii()]
    loose = [node for node in accented if not is_normalized("NFC", node.text)]
    if loose:
        yield found("PKG-02.not-nfc", loose[0], expected="NFC", received=loose[0].text, count=str(len(loose)))


@rule("PKG-04", BOTH, codes=("missing", "wrong-case", "foreign"))
def root_and_envelope(package: PackageView) -> Iterator[Finding]:
    """The root is edXML and holds edXMLEnvelope."""
    yield from _irregular(package, "PKG-04", "root", "envelope")


@rule("PKG-04", BOTH, codes=("namespace",))
def in_the_namespace(package: PackageView) -> Iterator[Finding]:
    """Every element of the regulation is in its namespace; the first of each foreign one stands for all."""
    if not package.nodes.strays or package.places.envelope is None:
        return
    first: dict[str, Node] = {}
    count: dict[str, int] = {}
    for node in package.nodes.strays:
        if _is_foreign(node):
            first.setdefault(node.namespace, node)
            count[node.namespace] = count.get(node.namespace, 0) + 1
    for namespace, node in first.items():
        yield found(
            "PKG-04.namespace", node, expected=NAMESPACE, received=namespace or 'xmlns=""', count=str(count[namespace])
        )


@rule("PKG-05", BOTH, codes=("missing", "wrong-case"))
def header_and_body(package: PackageView) -> Iterator[Finding]:
    """There is edXMLHeader with MessageHeader, and edXMLBody with edXMLManifest in a document package."""
    yield from _irregular(package, "PKG-05", "header", "message", "body", "manifest")


def _has_attachments(package: PackageView) -> bool:
    """Say whether there are attachments, in their place or not."""
    return package.places.encoded is not None or package.places.inline


@rule("PKG-06", BOTH, codes=("misplaced", "inline", "wrong-case"), speaks_of=_has_attachments)
def attachments_beside_envelope(package: PackageView) -> Iterator[Finding]:
    """AttachmentEncoded is a sibling of the envelope."""
    yield from _irregular(package, "PKG-06", "encoded")


@rule("PKG-07", BOTH, codes=("other-prefix",))
def literal_prefix(package: PackageView) -> Iterator[Finding]:
    """From the envelope down the prefix is the literal `edXML:`; the first other one stands for all."""
    envelope = package.places.envelope
    if envelope is None or envelope is package.nodes.root:
        return
    offenders = [element for element in envelope.element.iter() if element.prefix != PREFIX]
    own = list(_of_the_package(offenders)) if offenders else []
    if own:
        first = own[0]
        local = first.tag.rpartition("}")[2]
        node = next(node for node in package.nodes.nodes if node.element is first)
        received = f"{first.prefix}:{local}" if first.prefix else local
        yield found("PKG-07.other-prefix", node, expected=f"{PREFIX}:{local}", received=received, count=str(len(own)))


@rule("PKG-08", BOTH, codes=("unknown", "misspelt", "misplaced", "text-between"))
def nothing_unknown(package: PackageView) -> Iterator[Finding]:
    """Every element is the regulation's or one of the operator's additions, and in an allowed place."""
    if package.places.envelope is None or gate().validate(package.tree):
        return
    for oddity in oddities(package.nodes.root, package.places.claimed):
        node = oddity.node
        if oddity.kind == "text":
            yield found("PKG-08.text-between", node, element=node.local)
        elif node.local != _SIGNATURE:
            meant = _meant(node.local)
            code = "PKG-08.misplaced" if meant == node.local else "PKG-08.misspelt" if meant else "PKG-08.unknown"
            yield found(code, node, expected=meant, received=node.local, unknown=node.local, meant=meant)


@rule("PKG-08", BOTH, codes=("instruction",))
def no_instructions(package: PackageView) -> Iterator[Finding]:
    """There are no processing instructions, which are legal XML and mean nothing here; the first stands for all."""
    # To search the bytes is quicker than to search the tree; the XML declaration begins like an instruction.
    if package.data.find(b"<?", 1) < 0 and package.data.startswith(_DECLARATION):
        return
    instructions = _instructions(package.tree)
    if isinstance(instructions, list) and instructions:
        line, shown = getattr(instructions[0], "sourceline", None), clipped(str(instructions[0]))
        count = str(len(instructions))
        yield Finding("PKG-08.instruction", Where(line=line), received=shown, parameters={"count": count})


@rule("PKG-09", BOTH, codes=("repeated",))
def once_only(package: PackageView) -> Iterator[Finding]:
    """Elements that may occur only once are not repeated."""
    for node in repeated(package.nodes.repeated):
        count = len(node.parent.every(node.local)) if node.parent is not None else 0
        yield found("PKG-09.repeated", node, expected="1", received=str(count), name=node.local)


@attachment_rule("PKG-10", codes=("attachment",))
def attachment_within_limit(package: PackageView, attachment: AttachmentView) -> Iterator[Finding]:
    """No attachment is larger than the profile's limit."""
    content = attachment.content
    if isinstance(content, TooLarge):
        most = package.parameters.limits.attachment_bytes
        yield found(
            "PKG-10.attachment", attachment.node, expected=f"≤ {most}", received=str(content.size), name=attachment.name
        )


def _irregular(package: PackageView, requirement: str, *parts: Part) -> Iterator[Finding]:
    for irregularity in package.places.irregular:
        if irregularity.part not in parts or irregularity.how == "container":
            continue
        name, node = NAMES[irregularity.part], irregularity.node
        if irregularity.how == "missing":
            yield missing(f"{requirement}.missing", node, name)
        else:
            code = f"{requirement}.{irregularity.how}"
            yield found(code, node, expected=name, received=node.local, name=name)


def _is_foreign(node: Node) -> bool:
    """Say whether an element of the regulation is in a namespace that is not the regulation's."""
    table = structure()
    if node.namespace == DSIG or node.local == _SIGNATURE or node.local in table.additions:
        return False
    if node.parent is not None and node not in node.parent.every(node.local):
        return False
    return node.local in table.names


def _of_the_package(offenders: list[etree._Element]) -> Iterator[etree._Element]:
    """Yield the elements that are the regulation's and not inside a signature or an addition."""
    inside: dict[etree._Element, bool] = {}
    for element in offenders:
        if isinstance(element.tag, str) and element.tag.startswith(_OWN) and not _in_opaque(element, inside):
            yield element


def _in_opaque(element: etree._Element, inside: dict[etree._Element, bool]) -> bool:
    """Say whether an element is, or is in, a signature or an addition; `inside` remembers those asked before."""
    climbed: list[etree._Element] = []
    answer = False
    for around in (element, *element.iterancestors()):
        if around in inside or around.tag.rpartition("}")[2] in structure().additions:
            answer = inside.get(around, True)
            break
        climbed.append(around)
    inside.update(dict.fromkeys(climbed, answer))
    return answer


def _meant(local: str) -> str:
    """Return the name of the regulation that an element was probably meant to have, empty where none is near."""
    return "" if len(local) > _LONGEST_NAME else _nearest(local.casefold())


@lru_cache(maxsize=1024)
def _nearest(folded: str) -> str:
    """Return the nearest name; a system that misspells one does so in every package, and to compare takes long."""
    spellings = structure().spellings
    if folded in spellings:
        return spellings[folded]
    import difflib  # only where something is wrong

    near = difflib.get_close_matches(folded, spellings, n=1, cutoff=0.8)
    return spellings[near[0]] if near else ""
