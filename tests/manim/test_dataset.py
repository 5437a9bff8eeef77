import pytest

from jepamine.data.clips import read_clips
from jepamine.errors import UserError
from jepamine.manim.dataset import manim
from jepamine.utils.json_files import read_jsonl

pytestmark = pytest.mark.manim


@pytest.fixture
def there():
    """Skip where Manim is missing."""
    import importlib.util

    if importlib.util.find_spec("manim") is None:
        pytest.skip("Manim is not installed: pip install -e '.[manim]'")


def test_scenes_are_rendered_once_and_are_clips_of_one_frame(there, tmp_path, capsys):
    source = manim(tmp_path, scenes=3, seed=1)
    clips = list(read_clips(source))
    assert [clip.clip_id for clip in clips] == ["1-000000", "1-000001", "1-000002"]
    assert all(clip.tubelets == 1 and clip.frames[0].is_file() for clip in clips)
    assert {"layout", "family", "form", "description", "code"} <= set(clips[0].line)
    assert (source.tubelet_size, source.image_size) == (1, (144, 256))
    assert "render scenes" in capsys.readouterr().err
    # Reused: what lies there is not looked at again.
    clips[0].frames[0].unlink()
    assert manim(tmp_path, scenes=3, seed=1) == source
    assert not clips[0].frames[0].exists()
    assert "render scenes" not in capsys.readouterr().err


def test_what_a_killed_process_left_is_rendered_again(there, tmp_path):
    source = manim(tmp_path, scenes=2)
    whole = source.manifest.read_bytes()
    source.manifest.write_bytes(whole[:100])
    assert manim(tmp_path, scenes=2).manifest.read_bytes() == whole


def test_fewer_scenes_are_the_first_of_more(there, tmp_path):
    few, more = (manim(tmp_path, scenes=count, seed=5) for count in (2, 4))
    assert few.manifest != more.manifest
    assert list(read_jsonl(few.manifest)) == list(read_jsonl(more.manifest))[:2]


def test_families_without_any_weight_are_refused(tmp_path):
    with pytest.raises(UserError, match="give one of them a weight"):
        manim(tmp_path, random=0.0, structured=0.0, overlap=0.0)
