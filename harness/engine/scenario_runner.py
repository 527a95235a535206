"""Plays one scenario and records how it ended, with the cause of any trouble, which need not be the candidate."""

import traceback
from collections.abc import Mapping

from harness.catalogue.verdicts import Cause
from harness.drivers.protocol import DriverError, DriverLost, OperatorError
from harness.engine.silence import SilenceWatch
from harness.journal.events import HarnessFailed, ScenarioFinished, ScenarioStarted
from harness.scenarios.context import ScenarioContext
from harness.scenarios.isolation import EXCLUSIVE
from harness.scenarios.registry import Scenario
from harness.scenarios.run_context import PreconditionFailed, RunContext, Unplayable

_GREETING = 10.0  # seconds


async def play(scenario: Scenario, run: RunContext, silence: SilenceWatch) -> None:
    """Let `scenario` play to its end; its events carry its id.

    An exception in the scenario is the harness's fault: it is recorded, and the other scenarios go on. What a candidate
    does not do after it has stopped calling, and cannot be made to call again, proves nothing.
    """
    journal = run.journal
    journal.record(ScenarioStarted(requirements=scenario.requirements), scenario=scenario.id)
    missing = sorted(set(scenario.needs) - run.capabilities)
    if missing:
        _finish(run, scenario, "not_applicable", parameters={"capability": ", ".join(missing)})
        return
    if not await silence.revived(run):
        _finish(run, scenario, "trouble", Cause.CANDIDATE, "silent")
        return
    running = run.concurrency[scenario.isolation]
    context = ScenarioContext(scenario.id, scenario.requirements[0], run, head=scenario.head, concurrency=running)
    try:
        if scenario.isolation == EXCLUSIVE:
            await run.driver.call(
                "hello", {}, _GREETING
            )  # the operator has left: no scenario waits for an answer again
        await scenario.play(context)
        await context.settle()
    except PreconditionFailed:
        context.end_faults()  # the faults must not affect the sign of life
        await context.close_window()
        _finish(run, scenario, "cut-short")
        return
    except Unplayable as unplayable:
        _finish(run, scenario, "not_applicable", detail=unplayable.reason)
        return
    except OperatorError as error:
        _finish(run, scenario, "trouble", Cause.OPERATOR, f"operator.{error.answer}", {"message": error.message})
        return
    except DriverError as error:
        detail = "driver-unsupported" if error.kind == "unsupported" else "driver-refused"
        parameters = {"command": str(error.kind), "message": error.message}
        _finish(run, scenario, "trouble", Cause.CANDIDATE, detail, parameters)
        return
    except DriverLost as error:
        said = {"where": error.where, "detail": error.detail}
        _finish(run, scenario, "trouble", Cause.CANDIDATE, f"driver-lost.{error.reason}", said)
        return
    except Exception as error:
        journal.record(HarnessFailed(traceback=traceback.format_exc()), scenario=scenario.id)
        message = f"{type(error).__name__}: {error}"
        _finish(run, scenario, "trouble", Cause.HARNESS, "scenario-broken", {"message": message})
        return
    finally:
        context.end_faults()
    _finish(run, scenario, "completed")


def _finish(
    run: RunContext,
    scenario: Scenario,
    outcome: str,
    cause: Cause | None = None,
    detail: str = "",
    parameters: Mapping[str, str] | None = None,
) -> None:
    finished = ScenarioFinished(outcome=outcome, cause=cause, detail=detail, parameters=dict(parameters or {}))
    run.journal.record(finished, scenario=scenario.id)
