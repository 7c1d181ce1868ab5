"""Compares the numbers of the grammars with those of other programs.

    cargo build -p speech --example say && python3 speech/build/cross.py target/debug/examples/say

num2words knows six of the languages and the readings of Japanese, cn2an Chinese; nobody was
found for Hindi. `same` says where they differ by taste and where num2words 0.5.14 is wrong;
what is left over is printed and fails.
"""

import re
import subprocess
import sys

import cn2an
from num2words import num2words

NUMBERS = [*range(0, 2300), *range(2300, 1_000_000, 977), *range(10_000, 1_000_000, 10_000), 999_999]


def other(n, language):
    if language == "zh":
        return cn2an.an2cn(n)
    if language == "ja":
        return num2words(n, lang="ja", reading=True)
    return num2words(n, lang={"pt": "pt_BR"}.get(language, language))


def same(text, language):
    """What both may write differently: how words are joined, and a little more."""
    text = text.lower()
    match language:
        case "de":  # Wrong: einhunderteinstausend.
            text = text.replace("hunderteinstausend", "hunderteintausend")
        case "es":  # Wrong: veintiuno mil.
            text = re.sub(r"uno mil\b", "un mil", text).replace("veintiun ", "veintiún ")
        case "it":  # Wrong: centodicotto, ventitre. As one likes: centootto, centotto.
            text = text.replace(" ", "").replace("dicotto", "diciotto").replace("tré", "tre")
            text = text.replace("centoott", "centott")
        case "en":  # British, with an "and" after the hundreds.
            text = re.sub(r"\band\b|,", "", text)
        case "fr":  # The s of cents and vingts is silent, and num2words leaves it out of some.
            text = re.sub(r"\b(cent|vingt)s\b", r"\1", text)
        case "pt":  # Portugal's catorze.
            text = text.replace(",", "").replace("catorze", "quatorze")
        case "zh":  # 二千 and 两千 are both said.
            text = text.replace("两", "二")
        case "ja":
            text = "".join(chr(ord(c) + 96) if "ぁ" <= c <= "ゖ" else c for c in text)
            text = text.replace("ュウ", "ュー")
    return re.sub(r"[ -]", "", text)


def main():
    wrong = 0
    for language in ("de", "en", "es", "fr", "it", "ja", "pt", "zh"):
        lines = "".join(f"number {n}\n" for n in NUMBERS)
        say = subprocess.run([sys.argv[1], language], input=lines, capture_output=True, text=True)
        if say.returncode:
            print(f"{language}: {say.stderr.strip()}")
            wrong += 1
            continue
        different = 0
        for n, ours in zip(NUMBERS, say.stdout.splitlines(), strict=True):
            theirs = other(n, language)
            if same(ours, language) != same(theirs, language):
                different += 1
                if different <= 10:
                    print(f"{language} {n}: {ours!r}, other {theirs!r}")
        print(f"{language}: {different} of {len(NUMBERS)} differ")
        wrong += different
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
