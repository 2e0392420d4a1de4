"""The instructions that are known: a pattern for the whole word each, and what makes a step of it. All others are refused."""
import re

KNOWN = []  # (pattern, maker)


def opcode(pattern):
    """maker(program, operands, *groups) gives a step: a function of Lanes."""
    def keep(maker):
        KNOWN.append((re.compile(pattern), maker))
        return maker
    return keep


def find(word):
    for pattern, maker in KNOWN:
        match = pattern.fullmatch(word)
        if match:
            return maker, match.groups()
    return None, None


def why_not(word):
    """What to say of a word that is not known."""
    parts = word.split(".")
    floats = "f32" in parts
    if "ftz" in parts:
        return f"{word}: .ftz flushes subnormal numbers to zero"
    if "approx" in parts or "full" in parts:
        return f"{word}: .{'approx' if 'approx' in parts else 'full'} is not correctly rounded"
    if floats and parts[0] == "mad":
        return f"{word}: mad on floats is not one operation of the profile"
    if floats and parts[0] in ("add", "sub", "mul") and "rn" not in parts:
        return f"{word}: without .rn an assembler may contract it"
    if "f64" in parts:
        return f"{word}: binary64 is not of the profile"
    return f"the instruction {word}"
