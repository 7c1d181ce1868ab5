"""Synthesises what the catalogues and talkers.txt ask for; see `build`."""

import hashlib
import os
import sys
import time
from pathlib import Path

import numpy as np

import catalogue
import telephone

HERE = Path(__file__).resolve().parent
SPEECH = HERE.parent
TALKERS = SPEECH.parent / "drivers" / "sim" / "voices"
MANIFEST = HERE / "manifest.txt"
WORK = Path(os.environ["SPEECH_WORK"])

# To add a language: a catalogue, a line here, its sounds in voice.py, its limits in gate.py.
# Without a word before it a voice is one of Kokoro's; Pico's has speed and brightness after it.
VOICES = {
    "en": "af_heart",
    "es": "ef_dora",
    "fr": "ff_siwis",
    "it": "if_sara",
    "pt": "pf_dora",
    "de": "pico de-DE 85 0.8",
    "zh": "zf_xiaoxiao",
    "ja": "jf_alpha",
    "hi": "hf_alpha",
}
SPEED = 0.95
# Raise it when the audio of unchanged words must be made again.
PIPELINE = 1


def main():
    known = [*VOICES, "talkers"]
    check = {"--check", "--check-sentences"} & set(sys.argv[1:])
    chosen = [word for word in sys.argv[1:] if not word.startswith("--")] or known
    if unknown := set(chosen) - set(known):
        raise SystemExit(f"unknown {sorted(unknown)}; known are {known}")
    wanted = [job for group in chosen for job in jobs(group)]
    remove_strays(chosen, {path for path, _, _ in wanted})
    synthesise(wanted)
    if check:
        import gate

        spoken = [group for group in chosen if group in VOICES]
        gate.run(spoken, WORK / "whisper", sentences_only="--check" not in check)


def jobs(group):
    """(file, voice, parts to say one after the other) of each clip of a group."""
    if group == "talkers":
        script = catalogue.talkers(HERE / "talkers.txt")
        return [(TALKERS / f"{name}.wav", *said) for name, said in script.items()]
    clips = catalogue.clips(SPEECH / "catalogue" / f"{group}.txt")
    folder, voice = SPEECH / "sets" / group, VOICES[group]
    return [(folder / f"{name}.wav", voice, [spoken]) for name, (_, spoken) in clips.items()]


def remove_strays(chosen, wanted):
    for group in chosen:
        folder = TALKERS if group == "talkers" else SPEECH / "sets" / group
        for path in set(folder.glob("*.wav")) - wanted:
            print("removed", path.name)
            path.unlink()


def synthesise(wanted):
    made = read_manifest()
    todo = [job for job in wanted if made.get(key(job[0])) != digest(job) or not job[0].exists()]
    # Long clips first: they are what a listener wants to test with.
    todo.sort(key=lambda job: -sum(len(part) for part in job[2] if isinstance(part, str)))
    if todo:
        from voice import Voices

        voices, started = Voices(WORK), time.time()
    for count, job in enumerate(todo, 1):
        path, voice, parts = job
        telephone.write(path, telephone.level(joined(voices, voice, parts)))
        made[key(path)] = digest(job)
        write_manifest(made)
        print(f"{count}/{len(todo)} {time.time() - started:.0f} s {key(path)}", flush=True)
    print(f"{len(wanted)} clips, {len(todo)} made")


def joined(voices, voice, parts):
    """Each part trimmed, with exactly the pauses that the script asks for."""
    pieces = []
    for part in parts:
        if isinstance(part, int):
            pieces.append(np.zeros(part * telephone.RATE // 1000))
        else:
            pieces.append(telephone.clip(*voices.say(voice, part, SPEED)))
    return np.concatenate(pieces)


def digest(job):
    _, voice, parts = job
    return hashlib.sha256(repr((PIPELINE, SPEED, voice, parts)).encode()).hexdigest()[:16]


def key(path):
    return path.relative_to(SPEECH.parent).as_posix()


def read_manifest():
    if not MANIFEST.exists():
        return {}
    return dict(line.split()[::-1] for line in MANIFEST.read_text().splitlines())


def write_manifest(made):
    present = sorted(name for name in made if (SPEECH.parent / name).exists())
    MANIFEST.write_text("".join(f"{made[name]} {name}\n" for name in present))


if __name__ == "__main__":
    main()
