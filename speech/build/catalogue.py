"""Reads the clip section of a catalogue and the talkers' script."""

import re


def clips(path):
    """name -> (words shown, words spoken), in file order."""
    found, section = {}, None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            section = line.strip("[]")
            continue
        if section != "clips":
            continue
        name, colon, rest = line.partition(":")
        if not colon or not re.fullmatch(r"[a-z0-9_]+", name) or name in found:
            raise SystemExit(f"{path}:{number}: expected a new `name: words`, got {line!r}")
        if rest.strip().startswith("="):
            continue
        words, _, spoken = (part.strip() for part in rest.partition("|"))
        found[name] = (words, spoken or words)
    return found


def talkers(path):
    """name -> (voice, [text or pause in ms, ...]), in file order."""
    found, parts = {}, None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if head := re.fullmatch(r"\[(\w+) (\w+)\]", line):
            parts = []
            found[head[1]] = (head[2], parts)
        elif parts is None:
            raise SystemExit(f"{path}:{number}: text before the first [name voice]")
        elif pause := re.fullmatch(r"\{pause (\d+)\}", line):
            parts.append(int(pause[1]))
        else:
            parts.append(line)
    return found
