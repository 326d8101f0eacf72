"""One loop thread per process, also after a fork."""

import asyncio
import multiprocessing
import threading
from concurrent.futures import CancelledError

import pytest

from studies.llm.loop import LoopThread

LOOP = LoopThread()


async def name_of_thread() -> str:
    await asyncio.sleep(0)
    return threading.current_thread().name


def test_coroutines_of_all_threads_run_in_one() -> None:
    others = threading.active_count()
    loop = LoopThread()
    futures = [loop.submit(name_of_thread()) for _ in range(5)]
    assert {future.result(10) for future in futures} == {"llm-loop"}
    assert threading.active_count() == others + 1
    loop.stop()
    assert threading.active_count() == others
    assert loop.submit(name_of_thread()).result(10) == "llm-loop"
    loop.stop()
    loop.stop()


def test_stopping_cancels_what_runs() -> None:
    loop = LoopThread()
    waiting = loop.submit(asyncio.sleep(60))
    loop.submit(name_of_thread()).result(10)
    loop.stop()
    with pytest.raises(CancelledError):
        waiting.result(1)


def in_a_child() -> None:
    assert LOOP.submit(name_of_thread()).result(10) == "llm-loop"


def test_a_forked_child_gets_its_own() -> None:
    LOOP.submit(name_of_thread()).result(10)
    child = multiprocessing.get_context("fork").Process(target=in_a_child)
    child.start()
    child.join(20)
    assert child.exitcode == 0
    LOOP.stop()
