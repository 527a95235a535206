"""Names of the package format."""

NAMESPACE = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
DSIG = "http://www.w3.org/2000/09/xmldsig#"
PREFIX = "edXML"
VERSION = "1.0"
CONTENT_ID_SCHEME = "cid:"


def q(local: str) -> str:
    """Return the name `local` of the regulation in lxml's notation, `{namespace}local`."""
    return f"{{{NAMESPACE}}}{local}"


CONTENT = "ContentTransferEncoded"
