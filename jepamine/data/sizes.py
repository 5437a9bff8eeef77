"""The two sizes that every mining dataset takes from its recipe."""

from typing import Annotated

from pydantic import Field

#: Consecutive frames of one tubelet.
TubeletSize = Annotated[int, Field(ge=1, le=64)]
#: Pixels a side to which frames are resized, before masking.
ImageSize = Annotated[int, Field(ge=16, le=2048)]
