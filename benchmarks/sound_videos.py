"""Count the notices of damage that `manifest video` gives about videos that are not damaged.

`ffmpeg` writes 40 frames with each setting of an encoder in each container, at two rates; each file is also
copied without encoding, and cut. A notice is right about a cut in which pictures between the first and the
last are missing, by comparison with the packets of the whole file; any other notice is wrong.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from video_containers import HEIGHT, WIDTH, footage

from jepamine.data.video_index import video_index
from jepamine.errors import UserError
from jepamine.utils.printing import table

X264, X265, MPEG4 = ["-c:v", "libx264", "-g", "10"], ["-c:v", "libx265"], ["-c:v", "mpeg4", "-g", "10"]
MPEG2 = ["-c:v", "mpeg2video", "-g", "10"]
ENCODERS = {
    "H.264": X264,
    "H.264, no B-frames": [*X264, "-bf", "0"],
    "H.264, 2 B-frames": [*X264, "-bf", "2", "-x264-params", "b-pyramid=none:b-adapt=0"],
    "H.264, pyramid": [*X264, "-bf", "5", "-x264-params", "b-pyramid=normal:b-adapt=0"],
    "H.264, open GOP": [*X264, "-x264-params", "open-gop=1:keyint=10:bframes=3"],
    "H.264, one key frame": ["-c:v", "libx264", "-g", "250"],
    "H.264, key frames only": ["-c:v", "libx264", "-g", "1"],
    "H.264, scene cuts": ["-c:v", "libx264", "-g", "12", "-sc_threshold", "90"],
    "H.264, intra refresh": ["-c:v", "libx264", "-x264-params", "intra-refresh=1:keyint=10:bframes=0"],
    "H.264, zero latency": [*X264, "-tune", "zerolatency"],
    "H.264, baseline": [*X264, "-profile:v", "baseline"],
    "H.264, four slices": [*X264, "-x264-params", "slices=4"],
    "H.264, four slices, B-frames": [*X264, "-x264-params", "slices=4:bframes=3:b-adapt=0"],
    "H.264, lossless": [*X264, "-qp", "0"],
    "H.264, interlaced": [*X264, "-flags", "+ilme+ildct"],
    "H.264, 10 bits": [*X264, "-pix_fmt", "yuv420p10le"],
    "H.264, 4:4:4": [*X264, "-pix_fmt", "yuv444p"],
    "HEVC": [*X265, "-x265-params", "keyint=10:log-level=none"],
    "HEVC, no B-frames": [*X265, "-x265-params", "keyint=10:bframes=0:log-level=none"],
    "HEVC, open GOP": [*X265, "-x265-params", "keyint=10:open-gop=1:bframes=4:log-level=none"],
    "HEVC, closed GOP": [*X265, "-x265-params", "keyint=10:open-gop=0:bframes=4:log-level=none"],
    "HEVC, slices": [*X265, "-x265-params", "keyint=10:slices=2:log-level=none"],
    "HEVC, 10 bits": [*X265, "-pix_fmt", "yuv420p10le", "-x265-params", "keyint=10:log-level=none"],
    "HEVC, key frames only": [*X265, "-x265-params", "keyint=1:log-level=none"],
    "MPEG-4": MPEG4,
    "MPEG-4, B-frames": [*MPEG4, "-bf", "2"],
    "Xvid": ["-c:v", "libxvid", "-g", "10", "-bf", "2"],
    "MPEG-2": MPEG2,
    "MPEG-2, B-frames": [*MPEG2, "-bf", "2"],
    "MPEG-1": ["-c:v", "mpeg1video", "-g", "10"],
    "MJPEG": ["-c:v", "mjpeg", "-q:v", "3"],
    "VP8": ["-c:v", "libvpx", "-b:v", "1M"],
    "VP9": ["-c:v", "libvpx-vp9", "-b:v", "1M"],
    "VP9, alternative references": ["-c:v", "libvpx-vp9", "-b:v", "1M", "-auto-alt-ref", "1", "-g", "20"],
    "AV1": ["-c:v", "libsvtav1", "-preset", "12"],
    "ProRes": ["-c:v", "prores_ks", "-pix_fmt", "yuv422p10le"],
    "Sorenson": ["-c:v", "flv", "-g", "10"],
    "WMV 2": ["-c:v", "wmv2", "-g", "10"],
}
CONTAINERS = ("mp4", "mov", "mkv", "webm", "avi", "ts", "m2ts", "mpg", "flv", "wmv", "h264", "hevc")
RATES = ("10", "30000/1001")
# How a file is copied -> options before the input, and after it.
COPIES = {
    "copy": ([], []),
    "cut": (["-ss", "0.45"], ["-t", "0.7"]),
    "fragments": ([], ["-movflags", "frag_keyframe+empty_moov"]),
}


def run(words: list[str], path: Path, content: bytes = b"") -> bool:
    """Run ffmpeg; return whether it wrote frames to `path`."""
    command = ["ffmpeg", "-loglevel", "error", "-y", "-threads", "1", *words, str(path)]
    try:
        done = subprocess.run(command, input=content, capture_output=True, check=False, timeout=15)
    # The encoder of AV1 does not end if the container refuses its stream.
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0 and path.is_file() and path.stat().st_size > 500


def notice(path: Path) -> str:
    """Return the notice of damage about a file; empty for none, and for a file that is refused."""
    try:
        note = video_index(path).note
    except UserError:
        return ""
    return "; ".join(line for line in note.splitlines() if "damaged" in line).partition("damaged or cut: ")[2]


def lacks_pictures(cut: Path, whole: Path) -> bool:
    """Return whether pictures of `whole` between the first and last one of `cut` are not in it."""
    import av

    payloads = []
    for path in (whole, cut):
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            payloads.append(
                [(packet.pts, bytes(packet)) for packet in container.demux(stream) if packet.size]
            )
    order = sorted(payloads[0], key=lambda each: each[0] or 0)
    kept = {content for _, content in payloads[1]}
    places = [place for place, (_, content) in enumerate(order) if content in kept]
    return bool(places) and len(places) < places[-1] - places[0] + 1


def main() -> None:
    """Print the notices about sound files and how many there are; exit with 1 if one is wrong."""
    counts, wrong = Counter[str](), []
    words = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{WIDTH}x{HEIGHT}"]
    with tempfile.TemporaryDirectory() as folder:
        for name, encoder in ENCODERS.items():
            for container in CONTAINERS:
                for rate in RATES:
                    path = Path(folder) / f"whole.{container}"
                    path.unlink(missing_ok=True)
                    options = [*words, "-r", rate, "-i", "-", "-pix_fmt", "yuv420p", *encoder]
                    if not run(options, path, footage()):
                        continue
                    made = {"encoded": path}
                    for how, (before, after) in COPIES.items():
                        copy = Path(folder) / f"{how}.{container}"
                        copy.unlink(missing_ok=True)
                        wanted = how != "fragments" or container in ("mp4", "mov")
                        if wanted and run([*before, "-i", str(path), "-c", "copy", *after], copy):
                            made[how] = copy
                    for how, file in made.items():
                        counts["files"] += 1
                        note = notice(file)
                        if not note:
                            continue
                        right = how == "cut" and lacks_pictures(file, path)
                        counts["right" if right else "wrong"] += 1
                        case = f"{name} in {container}, {rate} per second, {how}: {note}"
                        wrong += [] if right else [case]
                        print("right" if right else "WRONG", case, flush=True)
    print(
        table(
            [
                ["files", "notices that are right", "wrong"],
                *[[counts[k] for k in ("files", "right", "wrong")]],
            ]
        )
    )
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
