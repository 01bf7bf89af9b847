"""A preference for what is recent, where the day of a question is known.

News is asked about while it is new: of two passages that fit alike, the newer is meant more often.
Articles that are long past are all alike, so an old archive is searched as if there were none.
"""

import numpy as np
from numpy.typing import NDArray

from qa.times import find_times

HALF_LIFE = 30.0  # days after which an article is half as recent

Days = NDArray[np.float32]
"""Days since 1970; not a number where there is no date."""


def last_day(date: str) -> float:
    """Give the last day that a date may mean.

    :param date: an ISO date in its precision: ``2019``, ``2019-05`` or ``2019-05-27``.
    :returns: days since 1970.
    """
    after = (np.datetime64(date) + 1).astype("datetime64[D]")
    return float((after - 1).astype(np.int64))


def recency(published: Days, asked: str) -> Days:
    """Tell how recent articles are on the day of a question: an exponential prior over their age
    (Li & Croft 2003, Time-based language models).

    :param published: of the articles.
    :param asked: the day of the question, as an ISO date.
    :returns: 1 for what is of that day or later, halved every ``HALF_LIFE`` days, 0 for what has
        no date.
    """
    age = np.maximum(last_day(asked) - published, 0)
    recent: Days = np.nan_to_num(np.exp2(-age / HALF_LIFE)).astype(np.float32)
    return recent


def looks_back(question: str, asked: str) -> bool:
    """Tell whether a question names a time that is long past: it does not mean what is recent.

    :param question: as asked.
    :param asked: the day of the question, as an ISO date.
    :returns: True if it does.
    """
    past = last_day(asked) - HALF_LIFE
    return any(last_day(time.value.split("/")[-1]) < past for time in find_times(question, asked))
