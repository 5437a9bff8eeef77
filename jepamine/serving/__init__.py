"""The HTTP service: requests, a response cache, a batcher for the layout run, metrics and a page."""
