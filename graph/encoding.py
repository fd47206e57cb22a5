"""Length-prefixed bytes: the one encoding behind digests, commit ids and canonical order."""

from __future__ import annotations

from collections.abc import Iterable


def encode_bytes(value: bytes) -> bytes:
    """Bytes behind their length as eight big-endian bytes."""
    return len(value).to_bytes(8, "big") + value


def encode_text(value: str) -> bytes:
    """Text as length-prefixed UTF-8."""
    return encode_bytes(value.encode())


def encode_fields(fields: Iterable[str]) -> bytes:
    """Texts one behind the other; with a fixed number of fields this cannot be ambiguous."""
    return b"".join(encode_text(text) for text in fields)


def encode_list(items: Iterable[bytes]) -> bytes:
    """A list of byte strings behind its length."""
    encoded = [encode_bytes(item) for item in items]
    return len(encoded).to_bytes(8, "big") + b"".join(encoded)


def is_storable(text: str) -> bool:
    """Whether a text can be stored at all; a lone surrogate cannot, so nothing has that name."""
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)
