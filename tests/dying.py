"""Work over which workers die: made in a module of its own, so that workers can import them."""

import os
import time

from cleanup.pipeline import Cleaner

DIES = "这一篇会要了进程的命。"


class Dying(Cleaner):
    def clean_many(self, documents):
        if any(DIES in d.text for d in documents):
            os._exit(11)
        return super().clean_many(documents)


def sleeps(seconds):
    time.sleep(seconds)
    return seconds
