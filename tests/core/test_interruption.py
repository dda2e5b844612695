"""Signals ask a run to stop, or to commit; the rest of the program has its own handling back afterwards."""

import os
import signal
from contextlib import suppress
from threading import Thread

import pytest

from neuroplast import interruption
from neuroplast.interruption import Interrupted, Requests

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs signals")


def ask(number):
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_asks_to_stop_and_the_next_check_does(number):
    with interruption.listening() as requests:
        requests.check()
        ask(number)
        assert (requests.stop, requests.commit) == (number.name, False)
        with pytest.raises(Interrupted, match=number.name):
            requests.check()
    assert issubclass(Interrupted, KeyboardInterrupt)


def test_a_signal_asks_for_a_commit_and_the_run_goes_on():
    with interruption.listening() as requests:
        ask(signal.SIGUSR1)
        assert (requests.stop, requests.commit) == ("", True)
        requests.check()


def test_a_second_ctrl_c_stops_at_once():
    with interruption.listening() as requests:
        ask(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            ask(signal.SIGINT)
        assert requests.stop == "SIGINT"


def test_afterwards_signals_do_what_they_did():
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)
    before = [signal.getsignal(number) for number in numbers]
    with suppress(RuntimeError), interruption.listening():
        assert all(signal.getsignal(n) != b for n, b in zip(numbers, before, strict=True))
        raise RuntimeError
    assert [signal.getsignal(number) for number in numbers] == before


def test_outside_the_main_thread_signals_are_left_alone():
    before, found = signal.getsignal(signal.SIGINT), []

    def listen():
        with interruption.listening() as requests:
            found.append((requests, signal.getsignal(signal.SIGINT)))

    thread = Thread(target=listen)
    thread.start()
    thread.join()
    assert found == [(Requests(), before)]
