"""Prefetching: batches are made by threads while the loop works on earlier ones."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

Job = Callable[[threading.Event], Any]
END: Any = object()


def prefetch(
    jobs: Iterable[Job],
    workers: int,
    ahead: int,
    start_worker: Callable[[int], object] | None = None,
) -> Iterator[Any]:
    """The results of the jobs in their order, made by threads that end when this iterator does.

    Each job gets an event that is set once nobody waits for its result any more. What a job raises
    is raised here. `END` as a result is the last.

    Args:
        jobs: what makes one batch each.
        workers: how many threads.
        ahead: how many batches may be made before they are asked for.
        start_worker: called with its number in each thread before its first job.
    """
    from concurrent.futures import Future, ThreadPoolExecutor

    stop = threading.Event()
    mine = threading.local()
    threads: set[int] = set()
    numbers = itertools.count()

    def run(job: Job) -> Any:
        if not hasattr(mine, "number"):
            mine.number = next(numbers)
            threads.add(threading.get_ident())
            if start_worker is not None:
                start_worker(mine.number)
        return job(stop)

    remaining = iter(jobs)
    pending: deque[Future[Any]] = deque()
    pool = ThreadPoolExecutor(workers, "deepcore-data")
    try:
        pending.extend(pool.submit(run, job) for job in itertools.islice(remaining, ahead))
        while pending:
            result = pending.popleft().result()
            if result is END:
                return
            pending.extend(pool.submit(run, job) for job in itertools.islice(remaining, 1))
            yield result
    finally:
        stop.set()
        # The garbage collector may close this iterator inside of one of its own threads.
        inside = threading.get_ident() in threads
        pool.shutdown(wait=not inside, cancel_futures=True)
