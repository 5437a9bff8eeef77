"""Keep `from jepamine.clips import Source` working: run folders hold copies of local plugins that say it."""

from jepamine.data.clips import Clip
from jepamine.protocols import Source

__all__ = ["Clip", "Source"]
