"""Conditional compilation resolved for one system, as the VBA compiler does before it compiles."""

import re

DIRECTIVE = re.compile(r"#(If|ElseIf|Else|End If|Const)\b(.*)")


def resolved(source, mac=False):
    """The lines that are compiled on Windows or a Mac, in 64 bits; the others are left empty."""
    known = {"Mac": mac, "Win64": True, "VBA7": True, "MAC_OFFICE_VERSION": 16 if mac else 0}
    lines, blocks = [], []  # a block: whether it is on now, whether it has ever been
    for line in source.split("\n"):
        directive = DIRECTIVE.match(line.strip())
        if directive:
            word, rest = directive.groups()
            if word == "Const":
                name, _, value = rest.partition("=")
                known[name.strip()] = holds(value.partition("'")[0], known)
            elif word == "If":
                on = holds(rest, known)
                blocks.append((on, on))
            elif word == "End If":
                blocks.pop()
            else:
                been = blocks[-1][1]
                on = not been and (word == "Else" or holds(rest, known))
                blocks[-1] = (on, been or on)
        shown = not directive and all(on for on, _ in blocks)
        lines.append(line if shown else "")
    assert not blocks, "an #If without its #End If"
    return "\n".join(lines)


def holds(condition, known):
    words = condition.partition("'")[0].strip().removesuffix("Then").strip()
    python = re.sub(r"(?<![<>=])=", "==", words)
    python = re.sub(r"\b(Not|Or|And)\b", lambda found: found[0].lower(), python)
    return eval(python, {"__builtins__": {}}, {"True": True, **known})
