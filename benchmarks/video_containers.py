"""Compare the frames of every container and codec with those that the program `ffmpeg` decodes.

For each pair ffmpeg encodes 40 noisy frames, 10 a second; the frame at each time that the index of jepamine
lists is compared with ffmpeg's own. "right": the same picture; "reported": an error instead of a frame;
"wrong": another picture; "refused": the file is not read at all, or ffmpeg cannot write it.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import numpy as np

from jepamine.data.recordings import Recordings
from jepamine.data.video_index import video_index
from jepamine.errors import UserError
from jepamine.places import Moment
from jepamine.utils.printing import table

COUNT, RATE, WIDTH, HEIGHT = 40, 10, 96, 64
H264, MPEG4 = ["-c:v", "libx264", "-g", "10"], ["-c:v", "mpeg4", "-g", "10"]
CODECS = {
    "H.264, no B-frames": [*H264, "-bf", "0"],
    "H.264, B-frames": [*H264, "-bf", "2"],
    "H.264, one key frame": ["-c:v", "libx264", "-g", "250", "-bf", "2"],
    "HEVC": ["-c:v", "libx265", "-x265-params", "keyint=10:log-level=none"],
    "MPEG-4, B-frames": [*MPEG4, "-bf", "2"],
    "MPEG-2, B-frames": ["-c:v", "mpeg2video", "-r", "25", "-g", "10", "-bf", "2"],
    "MJPEG": ["-c:v", "mjpeg", "-q:v", "3"],
    "VP8": ["-c:v", "libvpx", "-b:v", "1M"],
    "VP9": ["-c:v", "libvpx-vp9", "-b:v", "1M"],
    "AV1": ["-c:v", "libsvtav1", "-preset", "12"],
}
CONTAINERS = ("mp4", "mov", "mkv", "webm", "avi", "ts", "m2ts", "mpg", "flv", "wmv", "h264", "hevc")


def footage() -> bytes:
    """Return raw RGB frames: a bar that moves, over a grey that rises by 5 a frame."""
    frames = np.empty((COUNT, HEIGHT, WIDTH, 3), np.uint8)
    for number in range(COUNT):
        frames[number] = 20 + 5 * number
        frames[number, :, 2 * number : 2 * number + 8] = 255 - 5 * number
    return frames.tobytes()


def encode(path: Path, options: list[str]) -> bool:
    """Write the footage to `path`; return whether ffmpeg could."""
    words = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(RATE), "-i", "-"]
    command = ["ffmpeg", "-loglevel", "error", "-y", *words, "-pix_fmt", "yuv420p", *options, str(path)]
    try:
        done = subprocess.run(command, input=footage(), capture_output=True, check=False, timeout=15)
    # The encoder of AV1 does not end if the container refuses its stream.
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0 and path.stat().st_size > 1000


def decoded(path: Path) -> np.ndarray:
    """Return all frames by ffmpeg, uint8 (frames, H, W, 3), without repeating or dropping any."""
    command = ["ffmpeg", "-loglevel", "error", "-i", str(path), "-vsync", "passthrough"]
    command += ["-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    done = subprocess.run(command, capture_output=True, check=False)
    return np.frombuffer(done.stdout, np.uint8).reshape(-1, HEIGHT, WIDTH, 3)


def compare(path: Path) -> str:
    """Return the cell of the table for one file; frames are read forward, backward and shuffled."""
    try:
        times = video_index(path).times
    except UserError:
        return "refused"
    frames = decoded(path)
    counts = {"right": 0, "reported": 0, "wrong": 0}
    order = list(range(len(times)))
    for numbers in (order, order[::-1], np.random.default_rng(0).permutation(len(times)).tolist()):
        videos = Recordings()
        for number in numbers:
            try:
                image = np.asarray(videos.image(Moment(path, times[number])), dtype=int)
            except UserError:
                counts["reported"] += 1
                continue
            same = number < len(frames) and np.abs(image - frames[number]).mean() < 2
            counts["right" if same else "wrong"] += 1
    total = sum(counts.values())
    missing = f" (ffmpeg: {len(frames)} frames)" if len(frames) != len(times) else ""
    cell = " / ".join(str(counts[key] // 3 if total % 3 == 0 else counts[key]) for key in counts)
    return cell + missing


def main() -> None:
    """Print the table: containers down, codecs across, each cell right / reported / wrong."""
    rows = [["container", *CODECS]]
    with tempfile.TemporaryDirectory() as folder:
        for container in CONTAINERS:
            row = [container]
            for number, options in enumerate(CODECS.values()):
                path = Path(folder) / f"{number}.{container}"
                row.append(compare(path) if encode(path, options) else "-")
            rows.append(row)
            print(row, flush=True)
    print(table(rows))
    print("| " + " | ".join(rows[0]) + " |\n|" + "---|" * len(rows[0]))
    for row in rows[1:]:
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
