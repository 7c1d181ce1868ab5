"""24 kHz speech to a levelled 8 kHz mu-law telephone clip, and its WAV file."""

import struct

import numpy as np

RATE = 8000
BAND_HZ = (200, 3400)
# One level for every clip, so that joined clips sound like one voice: the RMS
# of the frames that hold speech, 0 dBFS being the largest linear sample.
LEVEL_DBFS = -19.0
ACTIVE_BELOW_PEAK_DB = 30
PEAK = 0.85
FRAME = RATE // 50
# Speech ends where a 10 ms frame is this far below the loudest one.
SILENCE_BELOW_PEAK_DB = 42
LEAD_SECONDS, TAIL_SECONDS = 0.02, 0.05
FADE_SECONDS = 0.008


def clip(audio, rate):
    """Float samples at a multiple of 8 kHz -> trimmed, levelled float at 8 kHz."""
    return level(trim(_narrow(audio, rate)))


def _narrow(audio, rate):
    """Band limit and decimate: one linear-phase windowed-sinc filter does both."""
    step, odd = divmod(rate, RATE)
    assert odd == 0, rate
    taps = 601
    n = np.arange(taps) - taps // 2
    low, high = (2 * hz / rate for hz in BAND_HZ)
    kernel = (high * np.sinc(high * n) - low * np.sinc(low * n)) * np.blackman(taps)
    return np.convolve(audio, kernel, mode="same")[::step]


def trim(audio):
    size = RATE // 100
    loud = _frame_rms(audio, size)
    speech = np.flatnonzero(loud > loud.max() * 10 ** (-SILENCE_BELOW_PEAK_DB / 20))
    start = max(0, speech[0] * size - int(LEAD_SECONDS * RATE))
    end = min(len(audio), (speech[-1] + 1) * size + int(TAIL_SECONDS * RATE))
    audio = audio[start:end].copy()
    fade = np.linspace(0, 1, int(FADE_SECONDS * RATE))
    audio[: len(fade)] *= fade
    audio[-len(fade) :] *= fade[::-1]
    return audio


def level(audio):
    """Gain, then a smooth limit on the peaks; repeated, as each moves the other."""
    for _ in range(8):
        audio = _limit(audio * 10 ** ((LEVEL_DBFS - active_dbfs(audio)) / 20))
    return audio


def active_dbfs(audio):
    loud = _frame_rms(audio, FRAME)
    active = loud[loud > loud.max() * 10 ** (-ACTIVE_BELOW_PEAK_DB / 20)]
    return 20 * np.log10(np.sqrt(np.mean(active**2)))


def _frame_rms(audio, size):
    frames = audio[: len(audio) // size * size].reshape(-1, size)
    return np.sqrt(np.mean(frames**2, axis=1)) + 1e-9


def _limit(audio):
    """Lowers the gain for 5 ms either side of a peak, without a kink."""
    reach = RATE // 200
    need = np.minimum(1, PEAK / np.maximum(np.abs(audio), 1e-9))
    padded = np.pad(need, 2 * reach, constant_values=1)
    held = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).min(axis=1)
    window = np.hanning(2 * reach + 1)
    return audio * np.convolve(held, window / window.sum(), mode="valid")


def mulaw(audio):
    """ITU-T G.711 mu-law octets of float samples."""
    linear = np.clip(np.round(audio * 32767), -32635, 32635).astype(np.int32)
    magnitude = np.abs(linear) + 132
    exponent = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    mantissa = (magnitude >> (exponent + 3)) & 15
    sign = np.where(linear < 0, 0x80, 0)
    return (~(sign | exponent << 4 | mantissa) & 0xFF).astype(np.uint8)


def write(path, audio):
    """A WAV file of format 7: fmt (with its empty extension), fact, data."""
    octets = mulaw(audio).tobytes()
    chunks = b"".join(
        (
            _chunk(b"fmt ", struct.pack("<HHIIHHH", 7, 1, RATE, RATE, 1, 8, 0)),
            _chunk(b"fact", struct.pack("<I", len(octets))),
            _chunk(b"data", octets),
        )
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks)


def _chunk(name, body):
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
