"""Tasks of a Dask cluster: connect, hand them out, repeat those that failed, and what runs on a worker."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from jepamine.errors import UserError, first_line
from jepamine.places import File, file_of
from jepamine.utils.files import sha256_file
from jepamine.utils.json_files import read_json
from jepamine.utils.local_cache import local
from jepamine.utils.progress import notify
from jepamine.utils.remote import exists

if TYPE_CHECKING:
    from distributed import Client


CONNECT_SECONDS = 30


@dataclass(frozen=True)
class Cluster:
    """A Dask cluster: the scheduler's address or file, the resources that a task needs, parts (None: 256).

    With `resume` the parts that a stopped command has left are used.
    """

    address: str
    resources: Mapping[str, float]
    parts: int | None = None
    resume: bool = False


@contextmanager
def connected(address: str) -> Iterator[Client]:
    """Connect to the scheduler at `address`, tcp://HOST:8786 or tls://HOST:8786, or of a scheduler file.

    TLS certificates come from Dask's own configuration. Raises UserError if Dask is not installed or there
    is no scheduler.
    """
    try:
        from distributed import Client
        from distributed.comm.registry import backends
    except ImportError:
        raise UserError("--dask requires dask.distributed: pip install 'jepamine[dask]'") from None
    # A lost scheduler is reported below, in one line; Dask would log tracebacks of its reconnection as well.
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    where = address if "://" in address else _address_in(Path(address))
    # A client that cannot even try to connect leaves a thread that ends the process with a traceback.
    if where.partition("://")[0] not in backends:
        raise UserError(f"{address}: '{where}' is not an address such as tcp://HOST:8786 or tls://HOST:8786")
    try:
        client = Client(where, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise UserError(f"{address}: no Dask scheduler answers: {first_line(error)}") from None
    with client:
        if not client.scheduler_info(n_workers=-1)["workers"]:
            notify(f"warning: the Dask cluster at {address} has no workers yet; waiting for the first")
        yield client


def _address_in(file: Path) -> str:
    """Return the address in a scheduler file. Raises UserError if it is not one."""
    if not file.is_file():
        raise UserError(f"{file}: neither an address, such as tcp://HOST:8786, nor a scheduler file")
    address = read_json(file).get("address")
    if not isinstance(address, str):
        raise UserError(f"{file}: no key 'address': not what dask scheduler --scheduler-file writes")
    return address


# Times that a task is repeated after an error or the loss of its worker.
RETRIES = 3


def results(
    client: Client,
    function: Callable[[str], bytes],
    tasks: Mapping[int, str],
    resources: Mapping[str, float],
    retries: int = RETRIES,
) -> Iterator[tuple[int, bytes]]:
    """Yield (number, result) of each of `tasks` as it is finished; nothing is kept on the cluster.

    Each task needs `resources` of its worker. A task whose worker is lost is run on another. Raises UserError
    if a task fails `retries` times, or the scheduler is lost.
    """
    from distributed import as_completed
    from distributed.client import FutureCancelledError
    from distributed.scheduler import KilledWorker

    if lacking := _lacking(client, resources):
        notify(
            f"warning: no worker of the Dask cluster offers {lacking}; waiting for one: "
            f"dask worker ADDRESS --resources {lacking}"
        )

    def submit(number: int) -> Any:
        return client.submit(function, tasks[number], pure=False, retries=retries, resources=dict(resources))

    futures = {submit(number): number for number in tasks}
    killed: dict[int, int] = {}
    waiting = as_completed(futures, loop=client.loop)
    try:
        for future in waiting:
            number = futures.pop(future)
            try:
                result = future.result()
            except KilledWorker as error:
                killed[number] = killed.get(number, 0) + 1
                if killed[number] > retries:
                    raise UserError(
                        f"part {number} lost its workers {killed[number]} times in a row, perhaps for lack "
                        f"of memory; see the workers' logs: {first_line(error)}"
                    ) from None
                again = submit(number)
                futures[again] = number
                waiting.add(again)
                continue
            except (FutureCancelledError, OSError):
                raise UserError("lost the Dask scheduler; start it and its workers again") from None
            future.release()
            yield number, result
    finally:
        if futures and client.status == "running":
            client.cancel(list(futures))


def _lacking(client: Client, resources: Mapping[str, float]) -> str:
    """Return the wanted resources if there are workers, but none that has all; else empty."""
    offered = [worker["resources"] for worker in client.scheduler_info(n_workers=-1)["workers"].values()]
    wanted = {name: count for name, count in resources.items() if count > 0}
    if not offered or any(all(own.get(name, 0) >= wanted[name] for name in wanted) for own in offered):
        return ""
    return ",".join(f"{name}={count:g}" for name, count in wanted.items())


#: First byte of a result that is the message of a UserError; JSONL begins with "{".
FAILED = b"!"

Opened = TypeVar("Opened")

# Models are not shared between threads: the tasks of one process run one after the other.
_LOCK = threading.Lock()
_OPEN: dict[str, tuple[object, ExitStack]] = {}
# Hashes of manifests by path, size and time of change: a task need not read the lines of all others.
_HASHES: dict[tuple[Path, int, int], str] = {}


def answer(task: str, work: Callable[[dict[str, Any]], bytes]) -> bytes:
    """Return what `work` makes of the JSON object `task`.

    A UserError becomes `FAILED` and its message: it would be the same on any other worker. Anything else is
    raised, so that Dask tries again.
    """
    wanted = json.loads(task)
    with _LOCK:
        try:
            manifest = file_of(wanted["manifest"])
            if not exists(manifest) or _sha256_once(manifest) != wanted["manifest_sha256"]:
                raise UserError(
                    f"{manifest}: not the same on this worker, or changed since the command began; workers "
                    "must see the client's files under the same paths"
                )
            return work(wanted)
        except UserError as error:
            return FAILED + str(error).encode()


def opened_once(wanted: dict[str, Any], make: Callable[[ExitStack], Opened]) -> Opened:
    """Return what `make` opens for the tasks that differ from `wanted` in nothing but their part.

    It is closed when a task of another kind comes.
    """
    key = json.dumps({name: value for name, value in wanted.items() if name not in ("number", "lines")})
    if key not in _OPEN:
        for _, before in _OPEN.values():
            before.close()
        _OPEN.clear()
        with ExitStack() as stack:
            opened = make(stack)
            _OPEN[key] = opened, stack.pop_all()
    return cast(Opened, _OPEN[key][0])


def _sha256_once(manifest: File) -> str:
    path = local(manifest)
    state = path.stat()
    key = path, state.st_size, state.st_mtime_ns
    if key not in _HASHES:
        _HASHES[key] = sha256_file(path)
    return _HASHES[key]
