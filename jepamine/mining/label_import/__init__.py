"""Labels from the exports of other tools, as label files."""
