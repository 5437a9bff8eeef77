import torch


class Tiny:
    name = "tiny"
    weights_sha256 = "0" * 64
    preprocessing = "none"
    batch_size = 8
    dim = 48

    def __init__(self, *, scale: float = 255.0):
        self.scale = scale
        self.preprocessing = f"/ {scale}"

    def __call__(self, frames):
        cells = frames.float().reshape(len(frames), -1, 4, 56, 4, 56, 3).mean(dim=(3, 5)) / self.scale
        return cells.reshape(len(frames), -1, 48)
