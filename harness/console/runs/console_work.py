"""What the console does in the background: runs, examinations, and journals that a page follows."""

from dataclasses import dataclass, field

from harness.console.certification.bench import ExaminationBench
from harness.console.console_state import ConsoleState
from harness.console.runs.answers import OperatorAnswers
from harness.console.runs.evidence import EvidenceShelf
from harness.console.runs.examinations import ExaminationRunner
from harness.console.runs.first_findings import FirstFindings
from harness.console.runs.live_run import LiveRuns
from harness.console.runs.run_queue import RunQueue
from harness.console.webhooks.sender import WebhookSender


@dataclass(slots=True)
class ConsoleWork:
    """Everything that the console does in the background.

    Attributes:
        queue: of runs.
        examinations: by the doctor.
        live: progress of runs.
        shelf: what runs left.
        first: findings of runs that still go on.
        answers: of people to questions of runs.
        bench: where runs are verified and judged again before they are certified.
        hooks: tells subscribers what happened.
        closing: True once the console ends, so that nothing is streamed any more.
    """

    queue: RunQueue
    examinations: ExaminationRunner
    hooks: WebhookSender
    live: LiveRuns = field(default_factory=LiveRuns)
    shelf: EvidenceShelf = field(default_factory=EvidenceShelf)
    first: FirstFindings = field(default_factory=FirstFindings)
    answers: OperatorAnswers = field(default_factory=OperatorAnswers)
    bench: ExaminationBench = field(default_factory=ExaminationBench)
    closing: bool = False

    @classmethod
    def of(cls, state: ConsoleState) -> "ConsoleWork":
        """Return what a console does; nothing goes on before `open`."""
        return cls(RunQueue(state), ExaminationRunner(state), WebhookSender(state))

    def open(self) -> None:
        """Begin; runs of an earlier console are found again."""
        self.queue.open()
        self.hooks.open()

    def close(self) -> None:
        """End; runs go on."""
        self.closing = True
        self.hooks.close()
        self.examinations.close()
        self.first.close()
        self.bench.close()
        self.queue.close()
