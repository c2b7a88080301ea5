"""Names a user may choose from."""

import re
from enum import StrEnum

from addin.domain.labels import did_you_mean, label_key
from addin.errors import InputError


class Choice(StrEnum):
    """A closed list of names, matched in any case; an unknown one is refused with the nearest."""

    @classmethod
    def _missing_(cls, value: object) -> "Choice":
        for member in cls:
            if label_key(str(value)) == label_key(member.value):
                return member
        what = re.sub(r"(?<!^)(?=[A-Z])", " ", cls.__name__).lower()
        known = [member.value for member in cls]
        raise InputError(
            f"{what}: need one of {', '.join(known)}, found '{value}'"
            f"{did_you_mean(str(value), known)}"
        )
