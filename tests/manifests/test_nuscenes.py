"""`manifest nuscenes`: clips and labels from tables in nuScenes' own format."""

import hashlib
import json
import random
import re
import shutil

import pytest

from jepamine.data.clips import read_clips
from jepamine.errors import UserError
from jepamine.manifests.nuscenes import nuscenes_lines
from jepamine.manifests.nuscenes_tables import label_lines
from jepamine.places import Url
from jepamine.protocols import Source

VERSION = "v1.0-mini"
LOG = "n015-2018-07-24-11-22-45+0800"
BEGIN = 1532402927612460
KEYFRAMES = 6
AMBULANCE = "vehicle.emergency.ambulance"
# (name, log, begin, annotated categories by keyframe); the first two scenes follow one another in one log.
SCENES = [
    ("scene-0061", LOG, BEGIN, {0: ["vehicle.car"], 1: ["vehicle.car", AMBULANCE]}),
    ("scene-0062", LOG, BEGIN + 3_000_000, {4: ["movable_object.debris"], 5: ["movable_object.debris"]}),
    ("scene-0103", "n008-2018-08-01-15-16-36-0400", BEGIN + 9_000_000, {0: ["vehicle.car"] * 2}),
]
CHANNELS = {"CAM_FRONT": "camera", "CAM_BACK": "camera", "LIDAR_TOP": "lidar"}
CATEGORIES = ["vehicle.car", AMBULANCE, "movable_object.debris", "animal"]


def token(*words):
    return hashlib.md5("/".join(map(str, words)).encode()).hexdigest()


def chained(records):
    """The records of one chain with `prev` and `next`, as nuScenes links them."""
    tokens = ["", *(record["token"] for record in records), ""]
    return [
        record | {"prev": before, "next": after}
        for record, before, after in zip(records, tokens, tokens[2:], strict=False)
    ]


def image_name(log, channel, time, is_key_frame):
    folder, suffix = ("samples" if is_key_frame else "sweeps"), ("jpg" if "CAM" in channel else "pcd.bin")
    return f"{folder}/{channel}/{log}__{channel}__{time}.{suffix}"


def sensor_data(scene, log, begin, channel):
    """One sensor's chain in one scene: a keyframe each half second and two sweeps between."""
    late = {"CAM_BACK": 25_000}.get(channel, 0)
    found = []
    for number in range(3 * KEYFRAMES - 2):
        is_key_frame = number % 3 == 0
        time = begin + late + number * 500_000 // 3
        found.append(
            {
                "token": token(scene, channel, number),
                # As in nuScenes, a sweep belongs to the sample that follows it.
                "sample_token": token(scene, "sample", -(-number // 3)),
                "ego_pose_token": token(scene, channel, number),
                "calibrated_sensor_token": token(log, "calibrated", channel),
                "timestamp": time,
                "fileformat": "jpg" if "CAM" in channel else "pcd",
                "is_key_frame": is_key_frame,
                "height": 900,
                "width": 1600,
                "filename": image_name(log, channel, time, is_key_frame),
            }
        )
    return chained(found)


def tables():
    """The tables as nuScenes has them, of all scenes; sample_data in no order."""
    made = {
        "log": [],
        "scene": [],
        "sample": [],
        "sample_data": [],
        "calibrated_sensor": [],
        "sensor": [
            {"token": token(channel), "channel": channel, "modality": modality}
            for channel, modality in CHANNELS.items()
        ],
        "category": [
            {"token": token(name), "name": name, "description": f"{name}, whatever, {{it}} is."}
            for name in CATEGORIES
        ],
        "instance": [],
        "sample_annotation": [],
    }
    for scene, log, begin, annotated in SCENES:
        place = "singapore-onenorth" if log == LOG else "boston-seaport"
        if token(log) not in [record["token"] for record in made["log"]]:
            made["log"].append(
                {"token": token(log), "logfile": log, "vehicle": log[:4], "date_captured": log[5:15]}
                | {"location": place}
            )
            made["calibrated_sensor"] += [
                {"token": token(log, "calibrated", channel), "sensor_token": token(channel)}
                | {"translation": [1.7, 0.0, 1.5], "rotation": [0.5, -0.5, 0.5, -0.5], "camera_intrinsic": []}
                for channel in CHANNELS
            ]
        samples = [token(scene, "sample", number) for number in range(KEYFRAMES)]
        made["scene"].append(
            {"token": token(scene), "log_token": token(log), "nbr_samples": KEYFRAMES, "name": scene}
            | {"first_sample_token": samples[0], "last_sample_token": samples[-1]}
            | {"description": f'{scene}: "parked" truck, peds in sidewalk'}
        )
        made["sample"] += chained(
            [
                {"token": sample, "timestamp": begin + 500_000 * number, "scene_token": token(scene)}
                for number, sample in enumerate(samples)
            ]
        )
        for channel in CHANNELS:
            made["sample_data"] += sensor_data(scene, log, begin, channel)
        for number, names in annotated.items():
            for index, name in enumerate(names):
                one = (scene, number, index)
                made["instance"].append(
                    {"token": token(*one, "i"), "category_token": token(name), "nbr_annotations": 1}
                )
                made["sample_annotation"].append(
                    {
                        "token": token(*one),
                        "sample_token": samples[number],
                        "instance_token": token(*one, "i"),
                    }
                    | {"attribute_tokens": [], "visibility_token": "4", "translation": [373.2, 1130.4, 0.8]}
                    | {
                        "size": [0.6, 0.7, 1.6],
                        "num_lidar_pts": 5,
                        "num_radar_pts": 0,
                        "prev": "",
                        "next": "",
                    }
                )
    random.Random(0).shuffle(made["sample_data"])
    return made


def write_tables(root, made, version=VERSION):
    folder = root / version
    folder.mkdir(parents=True, exist_ok=True)
    for name, records in made.items():
        # indent 0 is how nuScenes' own files are written.
        (folder / f"{name}.json").write_text(json.dumps(records, indent=0))
    return root


@pytest.fixture
def root(tmp_path):
    """A data set of three scenes with its images, empty files all of them."""
    made = tables()
    root = write_tables(tmp_path / "nuscenes", made)
    for record in made["sample_data"]:
        path = root / record["filename"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return root


def cut(root, window=4, stride=4, **options):
    return nuscenes_lines(root, VERSION, window, stride, **options)


def sample(scene, *numbers):
    return [token(scene, "sample", number) for number in numbers]


def test_keyframes_of_the_front_camera_become_these_lines(root):
    times = [BEGIN + 500_000 * number for number in range(KEYFRAMES)]
    paths = [f"{root}/samples/CAM_FRONT/{LOG}__CAM_FRONT__{time}.jpg" for time in times]
    about = {"location": "singapore-onenorth"}
    about["description"] = 'scene-0061: "parked" truck, peds in sidewalk'
    lines = cut(root)
    assert lines[:2] == [
        {
            "clip_id": "scene-0061__CAM_FRONT__1532402927612460",
            "scene": "scene-0061",
            "log": "n015-2018-07-24-11-22-45+0800",
            "camera": "CAM_FRONT",
            "timestamps": [1532402927612460, 1532402928112460, 1532402928612460, 1532402929112460],
            "frame_paths": paths[:4],
            "sample_tokens": sample("scene-0061", 0, 1, 2, 3),
            **about,
        },
        {
            "clip_id": "scene-0061__CAM_FRONT__1532402929612460",
            "scene": "scene-0061",
            "log": "n015-2018-07-24-11-22-45+0800",
            "camera": "CAM_FRONT",
            "timestamps": [1532402929612460, 1532402930112460],
            "frame_paths": paths[4:],
            "sample_tokens": sample("scene-0061", 4, 5),
            **about,
        },
    ]
    assert [(line["scene"], len(line["frame_paths"])) for line in lines[2:]] == [
        ("scene-0062", 4),
        ("scene-0062", 2),
        ("scene-0103", 4),
        ("scene-0103", 2),
    ]
    assert lines[4]["log"] == "n008-2018-08-01-15-16-36-0400"


@pytest.mark.parametrize("sweeps", [False, True])
@pytest.mark.parametrize(("window", "stride"), [(4, 4), (4, 1), (6, 4), (16, 16), (64, 1)])
def test_no_clip_crosses_a_scene_or_camera_or_runs_backwards(root, sweeps, window, stride):
    owners = {
        str(root / image_name(log, channel, record["timestamp"], record["is_key_frame"])): (scene, channel)
        for scene, log, begin, _ in SCENES
        for channel in CHANNELS
        for record in sensor_data(scene, log, begin, channel)
    }
    lines = cut(root, window, stride, cameras=["CAM_FRONT", "CAM_BACK"], sweeps=sweeps)
    for line in lines:
        assert {owners[path] for path in line["frame_paths"]} == {(line["scene"], line["camera"])}
        assert line["timestamps"] == sorted(set(line["timestamps"]))
    frames = {path for line in lines for path in line["frame_paths"]}
    assert len(frames) == 3 * 2 * (3 * KEYFRAMES - 2 if sweeps else KEYFRAMES)
    assert len({line["clip_id"] for line in lines}) == len(lines)


def test_sweeps_are_between_the_keyframes_and_name_the_samples_they_belong_to(root):
    line = cut(root, sweeps=True)[0]
    assert line["timestamps"] == [BEGIN, BEGIN + 166_666, BEGIN + 333_333, BEGIN + 500_000]
    assert [path.split("/")[-3] for path in line["frame_paths"]] == ["samples", "sweeps", "sweeps", "samples"]
    assert line["sample_tokens"] == sample("scene-0061", 0, 1)


def test_several_cameras_give_a_clip_each_in_the_order_asked_for(root):
    lines = cut(root, window=6, cameras=["CAM_BACK", "CAM_FRONT", "CAM_BACK"])
    assert [line["clip_id"] for line in lines[:2]] == [
        "scene-0061__CAM_BACK__1532402927637460",
        "scene-0061__CAM_FRONT__1532402927612460",
    ]
    assert len(lines) == 6


def test_left_out_sweeps_are_reported(root, capsys):
    cut(root, window=6)
    assert capsys.readouterr().err == (
        "frames skipped: 30 (between keyframes; --sweeps keeps them)\n"
        "frames skipped: 48 (of other cameras; --camera chooses)\n"
        "read: 18 images in 3 scenes\n"
    )


def test_a_gap_in_a_scene_is_not_a_part_of_a_clip(root, capsys):
    made = tables()
    lost = {token("scene-0061", "CAM_FRONT", number) for number in (6, 9)}
    made["sample_data"] = [record for record in made["sample_data"] if record["token"] not in lost]
    write_tables(root, made)
    capsys.readouterr()
    lines = cut(root, window=6)
    assert [len(line["frame_paths"]) for line in lines[:2]] == [2, 2]
    assert "time gaps of more than 1 s: 1; no clip spans one\n" in capsys.readouterr().err
    assert len(cut(root, window=6, max_gap=2)[0]["frame_paths"]) == 4


def test_images_that_do_not_exist_are_reported(root, capsys):
    first = min((root / "samples" / "CAM_FRONT").iterdir())
    first.unlink()
    cut(root, window=6)
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"warning: 1 of 18 images do not exist (1 in samples/CAM_FRONT): samples/CAM_FRONT/{first.name} "
        f"below {root}; 'jepamine manifest fix' drops their clips"
    )


def test_missing_images_are_counted_by_camera_and_five_are_named(root, capsys):
    back = sorted((root / "samples" / "CAM_BACK").iterdir())
    for path in back[:6]:
        path.unlink()
    shutil.rmtree(root / "sweeps" / "CAM_FRONT")
    cut(root, window=6, cameras=("CAM_FRONT", "CAM_BACK"), sweeps=True)
    warning = capsys.readouterr().err.splitlines()[-1]
    swept = len(re.findall("sweeps", warning))
    assert re.match(r"warning: (\d+) of \d+ images do not exist \((\d+ in \S+, )+\d+ in \S+\): ", warning)
    assert "6 in samples/CAM_BACK" in warning
    assert [f"samples/CAM_BACK/{path.name}" in warning for path in back[:6]] == [True] * 5 + [False]
    assert swept == 1  # its folder


def test_a_bucket_gives_the_lines_of_the_same_folder_on_disk(root, s3, capsys):
    (root / "samples" / "CAM_FRONT" / "x.txt").write_text("")
    gone = min((root / "samples" / "CAM_FRONT").iterdir())
    gone.unlink()
    s3.put(root)
    options = {"cameras": ("CAM_FRONT", "CAM_BACK"), "sweeps": True}
    on_disk, in_bucket = (cut(place, **options) for place in (root, Url(s3.url)))
    as_text = json.dumps(on_disk).replace(str(root), s3.url)
    assert json.loads(as_text) == in_bucket
    warnings = [line for line in capsys.readouterr().err.splitlines() if line.startswith("warning")]
    assert warnings[1] == warnings[0].replace(str(root), s3.url)
    with pytest.raises(UserError, match=r"scene.json: no such table; pass the folder above the tables"):
        nuscenes_lines(Url(s3.url), "v9", 4, 4)


def test_a_table_larger_than_a_chunk_is_read_record_by_record(root, monkeypatch):
    whole = cut(root, sweeps=True)
    monkeypatch.setattr("jepamine.manifests.nuscenes_tables.LARGE", 1 << 20)
    for size in (1, 7, 100):
        monkeypatch.setattr("jepamine.manifests.nuscenes_tables.CHUNK", size)
        assert cut(root, sweeps=True) == whole


def labels(root, wanted, **options):
    """clip_id without the camera -> its label, and the positives' categories."""
    found = label_lines(root, VERSION, cut(root, **options), wanted)
    return [label["binary_label"] for label in found], [x["categories"] for x in found if x["binary_label"]]


def test_the_rarest_categories_that_are_annotated_make_clips_positive(root, capsys):
    assert labels(root, 1) == ([1, 0, 0, 0, 0, 0], [[AMBULANCE]])
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"labels: 1 of 6 clips are positive, by {AMBULANCE} (1 annotations)"
    )
    assert labels(root, 2) == ([1, 0, 0, 1, 0, 0], [[AMBULANCE], ["movable_object.debris"]])
    assert labels(root, 3)[0] == [1, 0, 0, 1, 1, 0]


def test_of_categories_that_are_equally_rare_the_first_by_name_is_taken(root):
    made = tables()
    (ambulance,) = (r["token"] for r in made["instance"] if r["category_token"] == token(AMBULANCE))
    one = next(r for r in made["sample_annotation"] if r["instance_token"] == ambulance)
    made["sample_annotation"].append(one | {"token": token("a second one")})
    write_tables(root, made)
    assert labels(root, 1)[1] == [["movable_object.debris"]]


def test_named_categories_make_clips_positive(root):
    assert labels(root, ["movable_object.debris"])[0] == [0, 0, 0, 1, 0, 0]
    assert labels(root, [AMBULANCE, "vehicle.car"])[1] == [["vehicle.car", AMBULANCE], ["vehicle.car"]]


def test_a_sweep_clip_is_labelled_by_the_samples_its_frames_belong_to(root):
    # 16 images of a scene, 4 a clip; the ambulance is in sample 1: images 1, 2 and 3.
    assert labels(root, [AMBULANCE], sweeps=True)[0][:4] == [1, 0, 0, 0]
    # Debris is in the samples 4 and 5 of the second scene: images 10 to 15.
    assert labels(root, ["movable_object.debris"], sweeps=True)[0][4:8] == [0, 0, 1, 1]


def test_labels_that_are_all_alike_are_warned_of(root, capsys):
    assert labels(root, ["animal"])[0] == [0] * 6
    assert "warning: a ranking needs both labels; choose other categories\n" in capsys.readouterr().err


def without(name, column):
    def broken(made):
        del made[name][0][column]

    return broken


def changed(name, column, value):
    def broken(made):
        made[name][0][column] = value

    return broken


@pytest.mark.parametrize(
    ("break_", "table", "message"),
    [
        (without("sample", "scene_token"), "sample", "no column 'scene_token'"),
        (without("sample_data", "timestamp"), "sample_data", "no column 'timestamp'"),
        (changed("sample_data", "timestamp", "1"), "sample_data", "'timestamp' is no int: '1'"),
        (changed("sample_data", "is_key_frame", 1), "sample_data", "'is_key_frame' is no bool: 1"),
        (changed("sample", "scene_token", "x"), "sample", "scene_token 'x' is not in scene.json"),
        (changed("scene", "log_token", "x"), "scene", "log_token 'x' is not in log.json"),
        (
            changed("calibrated_sensor", "sensor_token", "x"),
            "calibrated_sensor",
            "sensor_token 'x' is not in sensor.json",
        ),
        (
            changed("sample_data", "calibrated_sensor_token", "x"),
            "sample_data",
            "calibrated_sensor_token 'x' is not in calibrated_sensor.json",
        ),
        (
            changed("instance", "category_token", "x"),
            "instance",
            "category_token 'x' is not in category.json",
        ),
        (
            changed("sample_annotation", "instance_token", "x"),
            "sample_annotation",
            "instance_token 'x' is not in instance.json",
        ),
        (
            changed("sample_annotation", "sample_token", "x"),
            "sample_annotation",
            "sample_token 'x' is not in sample.json",
        ),
    ],
)
def test_a_broken_record_is_reported_with_file_and_token(tmp_path, break_, table, message):
    made = tables()
    token_ = made[table][0]["token"]
    break_(made)
    root = write_tables(tmp_path, made)
    with pytest.raises(UserError) as raised:
        labels(root, 1)
    assert str(raised.value) == f"{root}/{VERSION}/{table}.json: record {token_}: {message}"


@pytest.mark.parametrize(
    ("break_", "message"),
    [
        (lambda made: made.pop("sample"), "/sample.json: no such table"),
        (without("sensor", "token"), "/sensor.json: record number 1 has no token"),
        (
            lambda made: made["sample_annotation"].clear(),
            "/sample_annotation.json: contains no annotation, so there is nothing to label by",
        ),
        (lambda made: made["sample_data"].clear(), ": no scene has a tubelet (2 frames) of CAM_FRONT"),
    ],
)
def test_a_table_that_lacks_what_is_needed_is_reported(tmp_path, break_, message):
    made = tables()
    break_(made)
    root = write_tables(tmp_path, made)
    with pytest.raises(UserError) as raised:
        labels(root, 1)
    assert str(raised.value) == f"{root}/{VERSION}{message}"


def test_an_image_of_no_sample_is_reported_with_file_and_token(root):
    made = tables()
    one = next(record for record in made["sample_data"] if "CAM_FRONT" in record["filename"])
    one |= {"sample_token": "x", "is_key_frame": True}
    write_tables(root, made)
    with pytest.raises(UserError) as raised:
        cut(root)
    assert str(raised.value) == (
        f"{root}/{VERSION}/sample_data.json: record {one['token']}: sample_token 'x' is not in sample.json"
    )


def test_two_images_of_one_moment_are_reported_with_both_tokens(root):
    made = tables()
    one = next(r for r in made["sample_data"] if r["is_key_frame"] and "CAM_FRONT" in r["filename"])
    made["sample_data"].append(dict(one, token="g" * 32))
    write_tables(root, made)
    with pytest.raises(UserError) as raised:
        cut(root)
    assert str(raised.value) == (
        f"{root}/{VERSION}/sample_data.json: records {one['token']} and {'g' * 32} "
        f"are of one scene, camera and timestamp, {one['timestamp']}"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not a nuScenes table: it does not start with a JSON array"),
        ('{"token": "a"}', "not a nuScenes table: it does not start with a JSON array"),
        ("[", "broken JSON after 0 records: Expecting value"),
        ('[{"token": "a", "scene_token": 1', "broken JSON after 0 records: Expecting ',' delimiter"),
        ("[1]", "record number 1 has no token"),
    ],
)
def test_a_damaged_table_is_reported(root, text, message):
    (root / VERSION / "sample.json").write_text(text)
    with pytest.raises(UserError) as raised:
        cut(root)
    assert str(raised.value) == f"{root}/{VERSION}/sample.json: {message}"


def test_a_table_that_is_not_a_text_is_reported(root):
    (root / VERSION / "sample.json").write_bytes(b'[{"token": "\xff"}]')
    with pytest.raises(UserError, match=r"sample\.json: cannot be read: 'utf-8' codec can't decode"):
        cut(root)


def test_a_wrong_version_offers_those_that_are_there(root):
    write_tables(root, tables(), "v1.0-trainval")
    with pytest.raises(UserError) as raised:
        nuscenes_lines(root, "v1.0-trainvall", 4, 4)
    assert str(raised.value) == (
        f"{root}: no version 'v1.0-trainvall' (did you mean 'v1.0-trainval'?); "
        "use --version v1.0-mini, v1.0-trainval"
    )


def test_a_root_that_is_none_is_reported(root, tmp_path):
    (tmp_path / "empty" / "v1.0-test").mkdir(parents=True)
    tables_ = root / VERSION
    empty = tmp_path / "empty"
    for folder, version, message in [
        (tmp_path / "nowhere", VERSION, f"{tmp_path}/nowhere: no such folder"),
        (
            tables_,
            VERSION,
            f"{tables_}: this folder holds the tables; pass the one above it, --version {VERSION}",
        ),
        (empty, VERSION, f"{empty}: no folder '{VERSION}' and no other with nuScenes tables"),
        (empty, "v1.0-test", f"{empty}/v1.0-test/scene.json: no such table; are the metadata unpacked?"),
    ]:
        with pytest.raises(UserError) as raised:
            nuscenes_lines(folder, version, 4, 4)
        assert str(raised.value) == message


def test_a_camera_that_does_not_exist_is_reported_and_a_lidar_is_none(root):
    for camera, nearest in (("CAM_FRONTT", " (did you mean 'CAM_FRONT'?)"), ("LIDAR_TOP", "")):
        with pytest.raises(UserError) as raised:
            cut(root, cameras=[camera])
        assert str(raised.value) == (
            f"{root}/{VERSION}/sensor.json: no camera '{camera}'{nearest}; cameras: CAM_BACK, CAM_FRONT"
        )


def test_a_category_that_does_not_exist_is_reported(root):
    with pytest.raises(UserError) as raised:
        labels(root, ["vehicle.cat"])
    assert str(raised.value) == (
        f"--labels: {root}/{VERSION}/category.json has no category 'vehicle.cat' "
        "(did you mean 'vehicle.car'?); known: animal, movable_object.debris, vehicle.car, "
        "vehicle.emergency.ambulance"
    )
    with pytest.raises(UserError) as raised:
        labels(root, 4)
    assert str(raised.value) == (
        f"--labels rare=4: {root}/{VERSION}/sample_annotation.json has annotations of 3 categories"
    )


def test_the_command_writes_a_manifest_and_labels_that_agree(jepamine, root):
    output = root / "m.jsonl"
    words = ("--window", 4, "--stride", 4, "--labels", "rare=2", "--output", output)
    result = jepamine("manifest", "nuscenes", root, *words)
    assert result.exit_code == 0, result.output
    assert result.stdout == ""
    assert result.stderr == (
        "frames skipped: 30 (between keyframes; --sweeps keeps them)\n"
        "frames skipped: 48 (of other cameras; --camera chooses)\n"
        "read: 18 images in 3 scenes\n"
        f"labels: 2 of 6 clips are positive, by {AMBULANCE} (1 annotations), "
        "movable_object.debris (2 annotations)\n"
        "6 clips (3 of them shorter than 4 frames), 3 scenes, 18 frames\n"
        f"{output}: written\n"
        "Next:\n"
        f"  jepamine manifest audit {output}\n"
        f"  jepamine run recipes/clips.toml --set dataset.manifest={output}\n"
        f"{root / 'm.labels.jsonl'}: labels written. After the run:\n"
        f"  jepamine eval --run clips --labels {root / 'm.labels.jsonl'}\n"
    )
    clips = list(read_clips(Source(output)))
    assert clips[0].line["frame_paths"][0] == f"samples/CAM_FRONT/{LOG}__CAM_FRONT__{BEGIN}.jpg"
    assert all(frame.is_file() for clip in clips for frame in clip.frames)
    found = [json.loads(line) for line in (root / "m.labels.jsonl").read_text().splitlines()]
    assert [label["clip_id"] for label in found] == [clip.clip_id for clip in clips]


def test_a_wrong_category_leaves_no_manifest_behind(jepamine, root, tmp_path):
    words = ("--labels", "bicycle", "--output", tmp_path / "m.jsonl")
    result = jepamine("manifest", "nuscenes", root, *words)
    assert (result.exit_code, "has no category 'bicycle'" in result.output) == (1, True)
    assert not (tmp_path / "m.jsonl").exists()
