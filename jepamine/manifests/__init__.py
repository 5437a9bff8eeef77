"""Manifests: built from footage, split, audited and mended."""
