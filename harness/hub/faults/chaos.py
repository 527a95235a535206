"""Chaos on request: faults at random, the same ones in the same order for the same seed."""

import random
from collections.abc import Sequence

from harness.hub.interception import AnswerPlan, Drop, PlannedReply, RequestFacts

_PREVENTING = (PlannedReply, Drop)


class Chaos:
    """Strikes a share of all calls; to be asked about every call before and after its effect.

    A fault that prevents the effect strikes before it or, as often, after it, when the caller cannot know.
    """

    def __init__(self, seed: int, rate: float, plans: Sequence[AnswerPlan | None]) -> None:
        """Strike `rate` (0 to 1) of all calls with one of `plans`, chosen by `seed`."""
        self._chance = random.Random(seed)  # noqa: S311 - to be repeated, not for secrecy
        self._rate = rate
        self._plans = tuple(plans)
        self._later: dict[int, AnswerPlan] = {}

    async def __call__(self, facts: RequestFacts) -> AnswerPlan | None:
        """Return what is done to a call."""
        if facts.moment == "after":
            return self._later.pop(facts.n, None)
        struck, which, late = self._chance.random() < self._rate, self._chance.random(), self._chance.random() < 0.5
        plan = self._plans[int(which * len(self._plans))] if struck and self._plans else None
        if plan is not None and late and isinstance(plan.action, _PREVENTING):
            self._later[facts.n] = plan
            return None
        return plan
