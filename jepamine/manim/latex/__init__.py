"""Typeset the formulas of a scene that runs confined: TeX in a sandbox of its own, or an estimate."""
