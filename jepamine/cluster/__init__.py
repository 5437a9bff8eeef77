"""Work on a manifest in parts, on the workers of a Dask cluster."""
