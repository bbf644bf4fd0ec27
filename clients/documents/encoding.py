"""Bytes to text, whatever they say they are: marks and UTF-8 first, then what was declared, then what it looks like."""

from __future__ import annotations

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_LANGUAGE = re.compile(rb"<html[^>]{0,300}?\blang\s*=\s*[\"']?([A-Za-z]{2})", re.IGNORECASE)
_OF_LANGUAGE = {
    **dict.fromkeys(("en", "de", "fr", "es", "pt", "it", "nl", "da", "sv", "nb", "no", "fi"), "cp1252"),
    **dict.fromkeys(("pl", "cs", "sk", "hu", "sl", "hr", "ro"), "cp1250"),
    **dict.fromkeys(("ru", "uk", "bg", "sr"), "cp1251"),
    "el": "cp1253",
    "tr": "cp1254",
    "he": "cp1255",
    "ar": "cp1256",
}
_OTHER_SCRIPTS = re.compile(
    r"cp125[1356]|koi8_[ru]|iso8859_[5678]|shift_jis|cp932|euc_jp|iso2022_jp|gb2312|gbk|gb18030|big5|euc_kr|cp949|tis_620|cp874"
)
_LOOKED_AT = 64 * 1024
_JAPANESE = re.compile(rb"\x1b\$[@B]")  # of ISO-2022-JP, whose every byte is ASCII
_MOSTLY = 10  # whole signs of UTF-8 to each broken one
_WESTERN = {"iso-8859-1", "latin-1", "latin1", "ascii", "us-ascii"}  # what the web means by them is windows-1252


def decoded(data: bytes, content_type: str = "") -> str:
    """The text. Never fails: what cannot be read becomes the replacement character."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data.decode(name, "replace").lstrip("\ufeff")
    if (wide := _wide(data)) is not None:
        return data.decode(wide, "replace")
    if _JAPANESE.search(data[:_LOOKED_AT]):
        return data.decode("iso2022_jp", "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start > len(data) - 4:  # cut within its last sign
            return data.decode("utf-8", "replace")
    if _is_mostly_utf8(data):
        return data.decode("utf-8", "replace")
    for name in _declared(data, content_type):
        try:
            return data.decode("cp1252" if name in _WESTERN else name, "strict" if name not in _WESTERN else "replace")
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode(_guessed(data), "replace")


def _wide(data: bytes) -> str | None:
    """UTF-16 without its mark: every other byte of western text is zero."""
    head = data[:2000]
    if len(head) < 4 or head.count(0) < len(head) / 4:
        return None
    return "utf-16-le" if head[1::2].count(0) >= head[0::2].count(0) else "utf-16-be"


def _is_mostly_utf8(data: bytes) -> bool:
    """UTF-8 with a broken place or two, whatever it is declared: in other encodings hardly a sign happens to be whole."""
    text = data[:_LOOKED_AT].decode("utf-8", "replace")
    broken = text.count("\ufffd")
    return sum(sign > "\x7f" for sign in text) - broken >= max(3, _MOSTLY * broken)


def _declared(data: bytes, content_type: str) -> list[str]:
    names = [found[1] for found in (_HEADER.search(content_type),) if found]
    names += [found[1].decode() for found in (_XML.search(data[:1024]), _DECLARED.search(data[:4096])) if found]
    usable = []
    for name in names:
        try:
            known = codecs.lookup(name)
        except LookupError:
            continue
        if known._is_text_encoding and known.name not in {"utf-8", "utf-7"}:  # UTF-8 it is not; UTF-7 is nobody's
            usable.append(known.name if known.name != "iso8859-1" else "iso-8859-1")
    return usable


def _guessed(data: bytes) -> str:
    """By the page's own language, else by its letters; what may as well be western is windows-1252."""
    mostly = data[:_LOOKED_AT].decode("utf-8", "replace")
    if mostly.count("\ufffd") <= max(1, len(mostly) // 1000):  # UTF-8 with a broken place or two
        return "utf-8"
    language = _LANGUAGE.search(data[:4096])
    if language and (known := _OF_LANGUAGE.get(language[1].decode().lower())):
        return known
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_LOOKED_AT]).best()
    return best.encoding if best is not None and _OTHER_SCRIPTS.fullmatch(best.encoding) else "cp1252"
