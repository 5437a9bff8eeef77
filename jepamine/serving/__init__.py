"""The chain over HTTP: requests, a cache, a batcher before the layout run, metrics and a page."""
