"""Work over which workers die: made in a module of its own, so that workers can import them."""

import os
import time
from dataclasses import replace

from cleanup.pipeline import Cleaner

DIES = "这一篇会要了进程的命。"


class Dying(Cleaner):
    def clean_many(self, documents):
        if any(DIES in d.text for d in documents):
            os._exit(11)
        return super().clean_many(documents)


class Failing(Cleaner):
    """Whose outcomes cannot be told: a fault behind cleaning."""

    def clean_many(self, documents):
        outcomes = super().clean_many(documents)
        return [replace(o, silences=None) if DIES in o.document.text else o for o in outcomes]


def sleeps(seconds):
    time.sleep(seconds)
    return seconds
