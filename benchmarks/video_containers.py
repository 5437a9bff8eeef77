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
X264, X265 = ["-c:v", "libx264", "-g", "10"], ["-c:v", "libx265", "-x265-params", "log-level=none"]
# What cars and phones write besides -> (suffix, options of ffmpeg). `{}`: cut or remuxed from that file.
KINDS = {
    "variable rate, frames dropped": (
        "mp4",
        ["-vf", "select=not(mod(n\\,3))+lt(n\\,10)", "-vsync", "vfr", *X264],
    ),
    "variable rate, jitter": ("mkv", ["-vf", "setpts=(N+0.4*sin(N))/10/TB", "-vsync", "vfr", *X264]),
    "variable rate, pause of 3 s, HEVC": (
        "mov",
        ["-vf", "setpts=(N+gte(N\\,20)*30)/10/TB", "-vsync", "vfr", "-video_track_timescale", "90000", *X265],
    ),
    "turned by 90 degrees": ("mp4", ["{}", "-metadata:s:v:0", "rotate=90"]),
    "turned by 180 degrees": ("mp4", ["{}", "-metadata:s:v:0", "rotate=180"]),
    "turned by 270 degrees": ("mov", ["{}", "-metadata:s:v:0", "rotate=270"]),
    "edit list: cut between key frames": ("mp4", ["-ss", "1.35", "{}"]),
    "edit list: cut between key frames, MOV": ("mov", ["-ss", "0.7", "{}"]),
    "edit list: starts late": ("mp4", ["-itsoffset", "1.5", "{}"]),
    "fragmented": ("mp4", [*X264, "-movflags", "frag_keyframe+empty_moov"]),
    "open GOP, H.264": ("ts", [*X264, "-x264-params", "open-gop=1:keyint=10:bframes=3"]),
    "open GOP, HEVC": ("mkv", ["-c:v", "libx265", "-x265-params", "open-gop=1:keyint=10:log-level=none"]),
    "clock near its wrap": ("ts", [*X264, "-output_ts_offset", "95400"]),
    "H.264, 10 bits": ("mp4", [*X264, "-pix_fmt", "yuv420p10le"]),
    "H.264, 4:2:2, 10 bits": ("mp4", [*X264, "-pix_fmt", "yuv422p10le"]),
    "H.264, 4:4:4": ("mp4", [*X264, "-pix_fmt", "yuv444p"]),
    "H.264, grey": ("mp4", [*X264, "-pix_fmt", "gray"]),
    "HEVC, 10 bits": ("mp4", [*X265, "-pix_fmt", "yuv420p10le"]),
    "HEVC, 12 bits": ("mp4", [*X265, "-pix_fmt", "yuv420p12le"]),
    "VP9, 10 bits": ("webm", ["-c:v", "libvpx-vp9", "-b:v", "1M", "-pix_fmt", "yuv420p10le"]),
    "AV1, 10 bits": ("mkv", ["-c:v", "libsvtav1", "-preset", "12", "-pix_fmt", "yuv420p10le"]),
    "ProRes 4444 with alpha": ("mov", ["-c:v", "prores_ks", "-profile:v", "4", "-pix_fmt", "yuva444p10le"]),
    "FFV1, 16 bits grey": ("mkv", ["-c:v", "ffv1", "-pix_fmt", "gray16le"]),
    "raw YUYV": ("avi", ["-c:v", "rawvideo", "-pix_fmt", "yuyv422"]),
    "full range": ("mp4", ["-vf", "scale=out_range=full", *X264, "-pix_fmt", "yuvj420p"]),
    "BT.709": ("mp4", ["-vf", "scale=out_color_matrix=bt709", *X264, "-colorspace", "bt709"]),
    "interlaced, H.264": ("ts", ["-vf", "interlace=lowpass=0", *X264, "-flags", "+ilme+ildct"]),
    "interlaced, MPEG-2": (
        "mpg",
        ["-r", "25", "-vf", "interlace=lowpass=0", "-c:v", "mpeg2video", "-flags", "+ilme+ildct"],
    ),
    "pixel aspect 2:1": ("mp4", ["-vf", "setsar=2", *X264]),
    "Xvid, packed B-frames": ("avi", ["-c:v", "libxvid", "-bf", "2"]),
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


def decoded(path: Path, size: tuple[int, int]) -> np.ndarray:
    """Return all frames by ffmpeg, uint8 (frames, H, W, 3), without repeating or dropping any."""
    command = ["ffmpeg", "-loglevel", "error", "-i", str(path), "-vsync", "passthrough"]
    command += ["-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    done = subprocess.run(command, capture_output=True, check=False)
    return np.frombuffer(done.stdout, np.uint8).reshape(-1, *size, 3)


def compare(path: Path) -> str:
    """Return the cell of the table for one file; frames are read forward, backward and shuffled."""
    try:
        times = video_index(path).times
    except UserError:
        return "refused"
    try:
        size = Recordings().image(Moment(path, times[0])).size[::-1]
    except UserError:
        size = (HEIGHT, WIDTH)
    frames = decoded(path, size)
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


def encode_kind(path: Path, options: list[str]) -> bool:
    """Write the footage to `path`, or copy `sound.mp4` beside it where `options` have `{}`."""
    if "{}" not in options:
        return encode(path, options)
    words = [word for option in options for word in (["-i", "sound.mp4"] if option == "{}" else [option])]
    command = ["ffmpeg", "-loglevel", "error", "-y", *words, "-c", "copy", path.name]
    return subprocess.run(command, cwd=path.parent, capture_output=True, check=False).returncode == 0


def kinds(folder: Path) -> list[list[str]]:
    """Return the rows of the table of `KINDS`."""
    encode(folder / "sound.mp4", [*X264])
    rows = [["kind", "container", "right / reported / wrong"]]
    for number, (kind, (suffix, options)) in enumerate(KINDS.items()):
        path = folder / f"kind{number}.{suffix}"
        rows.append([kind, suffix, compare(path) if encode_kind(path, options) else "-"])
        print(rows[-1], flush=True)
    return rows


def main() -> None:
    """Print the tables: containers and codecs, then kinds, each cell right / reported / wrong."""
    rows = [["container", *CODECS]]
    with tempfile.TemporaryDirectory() as folder:
        for container in CONTAINERS:
            row = [container]
            for number, options in enumerate(CODECS.values()):
                path = Path(folder) / f"{number}.{container}"
                row.append(compare(path) if encode(path, options) else "-")
            rows.append(row)
            print(row, flush=True)
        others = kinds(Path(folder))
    for each in (rows, others):
        print(table(each))
        print("| " + " | ".join(each[0]) + " |\n|" + "---|" * len(each[0]))
        for row in each[1:]:
            print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
