"""Hand out tasks to the workers of a Dask cluster, repeat those that failed, collect results as they come."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from jepamine.errors import UserError, first_line

if TYPE_CHECKING:
    from distributed import Client

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
