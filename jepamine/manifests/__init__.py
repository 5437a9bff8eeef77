"""Manifests: build them from footage, split, audit and repair them."""
