"""Text as Visual Basic can hold it: its sources know one code page, so plain ASCII is safest."""

import unicodedata

from addin.errors import InputError

PLAIN = str.maketrans(
    {
        **dict.fromkeys("−–—‑", "-"),
        **dict.fromkeys("“”„", '"'),
        **dict.fromkeys("‘’", "'"),
        **{"…": "...", "≤": "<=", "≥": ">=", "×": "x", "·": "*", "→": "->", "½": "1/2"},
        **{"\u00a0": " ", "\u202f": " ", "²": "^2", "√": "sqrt ", "σ": "sigma", "Σ": "Sigma"},
    }
)


def plain_text(text: str, where: str) -> str:
    """The text in ASCII on one line: typographic signs in words, letters without accents.

    Args:
        text: What is to be said.
        where: What the text belongs to, for the message.

    Raises:
        InputError: If a character has no such form.
    """
    spelled = unicodedata.normalize("NFKD", text.translate(PLAIN))
    bare = "".join(c for c in spelled if not unicodedata.combining(c))
    if not bare.isascii():
        strange = "".join(sorted({c for c in bare if not c.isascii()}))
        raise InputError(f"{where}: Visual Basic cannot hold '{strange}', say it in ASCII")
    return " ".join(bare.split())


def quoted(text: str) -> str:
    """The text as a literal of Visual Basic."""
    return '"' + text.replace('"', '""') + '"'
