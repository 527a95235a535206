"""The badge of a certificate as SVG, and its QR code, for pages that show the state of a product's certificate."""

from html import escape
from io import BytesIO

from harness.catalogue.findings import clipped
from harness.catalogue.texts import Language, text
from harness.certificates.life import LifeState

AREA = "certificates"
_COLOURS = {
    LifeState.ACTIVE: "#1a6b3c",
    LifeState.SUSPENDED: "#8a5a00",
    LifeState.WITHDRAWN: "#a3262a",
    LifeState.EXPIRED: "#4a5560",
    LifeState.REPLACED: "#4a5560",
    LifeState.AMENDED: "#4a5560",
}
_HEIGHT = 24
_SIGN = 7.4  # width of one character in pixels, rounded up
_LONGEST = 60
_QUIET = 4  # width of the white border of a QR code, in modules


def badge(number: str, state: LifeState, language: Language) -> bytes:
    """Return a badge with the number and the current state of a certificate."""
    left = clipped(text(AREA, "badge", language, number=number), _LONGEST)
    right = text(AREA, f"state.{state}", language)
    first, second = round(len(left) * _SIGN + 16), round(len(right) * _SIGN + 16)
    whole, label = first + second, escape(f"{left}: {right}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="{_HEIGHT}" role="img" aria-label="{label}">'
        f"<title>{label}</title>"
        f'<rect width="{whole}" height="{_HEIGHT}" rx="4" fill="#2b3640"/>'
        f'<path d="M{first} 0h{second - 4}a4 4 0 0 1 4 4v16a4 4 0 0 1-4 4H{first}z" fill="{_COLOURS[state]}"/>'
        '<g fill="#fff" font-family="Noto Sans,DejaVu Sans,Verdana,sans-serif" font-size="12" text-anchor="middle">'
        f'<text x="{first / 2:g}" y="16">{escape(left)}</text>'
        f'<text x="{first + second / 2:g}" y="16" font-weight="700">{escape(right)}</text></g></svg>'
    ).encode()


def qr_code(address: str) -> str:
    """Return a QR code as SVG without an XML declaration, to be embedded in a page."""
    import segno

    drawn = BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawn, kind="svg", border=_QUIET, xmldecl=False, svgns=True, omitsize=True, light="#fff", nl=False
    )
    return drawn.getvalue().decode()
