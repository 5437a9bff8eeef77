"""The interface of each kind of plugin: Protocols, nothing to inherit from.

A recipe names a *factory*: a class or a function whose keyword-only parameters are the keys of its recipe
table. The runner passes the rest by name: `data_dir` (dataset), `shape` (masking), `device` (encoder), `dim`,
`shape`, `encoder` (predictor), `predictor_of`, `record_of` (trainer: predictor and record of another run, by
name); `bank`, `drives`, `encoder`, `folder`, `groups`, `mask`, `panel`, `predictor`, `store`
(scorer). For a file that no recipe names, a reader is passed `path`, `stream` and `name`.

Legend of shapes:
    N  tubelets (or examples) of a batch        T  frames of a tubelet (2)
    H, W  pixels of a resized frame (224)       L  tokens that an encoder gives for a tubelet
    D  dimension of an embedding                shape  (T, H, W)
"""

from jepamine.protocols.datasets import (
    Dataset,
    Mask,
    Recording,
    Source,
)
from jepamine.protocols.encoders import (
    CroppingEncoder,
    Encoder,
    FrameEncoder,
    GridEncoder,
    ModelEncoder,
    PassThroughEncoder,
    PooledEncoder,
    TextEncoder,
)
from jepamine.protocols.scorers import (
    ClipEmbeddings,
    Extent,
    FittedScorer,
    NamingScorer,
    Panel,
    PreparedScorer,
    Scorer,
    TubeletScorer,
    WarningScorer,
)
from jepamine.protocols.trainers import (
    Parts,
    RemarkTrainer,
    RetainingTrainer,
    SheetTrainer,
    SizedTrainer,
    Tensors,
    Trainer,
)

__all__ = [
    "ClipEmbeddings",
    "CroppingEncoder",
    "Dataset",
    "Encoder",
    "Extent",
    "FittedScorer",
    "FrameEncoder",
    "GridEncoder",
    "Mask",
    "ModelEncoder",
    "NamingScorer",
    "Panel",
    "Parts",
    "PassThroughEncoder",
    "PooledEncoder",
    "PreparedScorer",
    "Recording",
    "RemarkTrainer",
    "RetainingTrainer",
    "Scorer",
    "SheetTrainer",
    "SizedTrainer",
    "Source",
    "Tensors",
    "TextEncoder",
    "Trainer",
    "TubeletScorer",
    "WarningScorer",
]
