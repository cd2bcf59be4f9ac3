"""Chinese letters for figures: a font of just the characters of a label, regular and bold."""

from __future__ import annotations

import io
import tempfile
from functools import lru_cache
from typing import Any

from detente.reports.characters import chinese_fonts

__all__ = ["chinese_family", "keep_in", "with_glyphs"]


@lru_cache(maxsize=1)
def _chinese_source() -> Any:
    """Open the simplified Chinese face of the installed collection; None where there is none."""
    from fontTools.ttLib import TTCollection, TTFont

    files = sorted(path for folder in chinese_fonts() for path in folder.glob("NotoSansCJK*.ttc"))
    if not files:
        return None
    # Read at once: a lazy font would keep the file open for as long as the process lives.
    content = io.BytesIO(files[0].read_bytes())
    faces = TTCollection(content, lazy=True).fonts
    names = [face["name"].getDebugName(16) or face["name"].getDebugName(1) or "" for face in faces]
    number = next((index for index, name in enumerate(names) if " SC" in name), 0)
    return TTFont(content, fontNumber=number, lazy=True)


def with_glyphs(characters: str) -> str:
    """Return those of some characters that the installed font can draw; none where there is no font."""
    source = _chinese_source() if characters else None  # its table of characters takes long to read
    known = source.getBestCmap() if source is not None else {}
    return "".join(each for each in characters if ord(each) in known)


#: The folder of the fonts of this process, once there are any.
_FOLDERS: list[str] = []
#: Styles of the letters and their weights.
_STYLES = {"Regular": 400, "Bold": 700}


@lru_cache(maxsize=64)
def chinese_family(characters: str) -> str:
    """Register a font with just these characters, regular and bold; return its name, or ``""``.

    The installed font is a variable collection, of which matplotlib would draw the thinnest weight.
    """
    import hashlib

    source = _chinese_source()
    if source is None or not set(map(ord, characters)) <= set(source.getBestCmap()):
        return ""
    family = "detente-zh-" + hashlib.sha256(characters.encode()).hexdigest()[:12]
    for style in _STYLES:
        _register(source, family, style, characters)
    return family


def _register(source: Any, family: str, style: str, characters: str) -> None:
    """Make a font of some characters in one weight and tell matplotlib of it."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.t2CharStringPen import T2CharStringPen
    from matplotlib.font_manager import fontManager

    glyphs, names = source.getGlyphSet(location={"wght": _STYLES[style]}), source.getBestCmap()
    order = [".notdef", *(f"u{ord(character):05x}" for character in characters)]
    shapes, widths = {".notdef": T2CharStringPen(1000, None).getCharString()}, {".notdef": (1000, 0)}
    for name, character in zip(order[1:], characters, strict=True):
        glyph = glyphs[names[ord(character)]]
        pen = T2CharStringPen(glyph.width, glyphs)
        glyph.draw(pen)
        shapes[name], widths[name] = pen.getCharString(), (round(glyph.width), 0)
    builder = FontBuilder(source["head"].unitsPerEm, isTTF=False)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap({ord(c): name for c, name in zip(characters, order[1:], strict=True)})
    builder.setupCFF(f"{family}-{style}", {}, shapes, {})
    builder.setupHorizontalMetrics(widths)
    builder.setupHorizontalHeader(ascent=source["hhea"].ascent, descent=source["hhea"].descent)
    builder.setupNameTable({"familyName": family, "styleName": style, "psName": f"{family}-{style}"})
    builder.setupOS2(usWeightClass=_STYLES[style])
    builder.setupPost()
    with tempfile.NamedTemporaryFile(prefix=family, suffix=".otf", dir=_folder(), delete=False) as handle:
        builder.save(handle)
    fontManager.addfont(handle.name)


def _folder() -> str:
    """Return the folder of the fonts of this process."""
    if not _FOLDERS:
        import atexit
        import shutil

        keep_in(tempfile.mkdtemp(prefix="detente-"))
        atexit.register(shutil.rmtree, _FOLDERS[0], ignore_errors=True)
    return _FOLDERS[0]


def keep_in(folder: str) -> None:
    """Write the fonts of this process to a folder that another one removes; one that serves another one ends without clearing up."""
    _FOLDERS[:] = [folder]
