"""Defaults of a service, apart from the code so that `--help` imports nothing heavy."""

#: Scenes that run at the same time.
WORKERS = 2
#: Attempts before falling back to the generator `template`.
TRIES = 3
#: Responses to cache, and requests that may wait.
CACHE, WAITING = 1000, 64
#: Time limit of submitted code, in seconds.
DEADLINE = 5.0
