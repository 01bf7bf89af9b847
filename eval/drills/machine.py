"""Row 6: a Hypothesis state machine that does to a store, and to a dict, what comes to its mind."""

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from eval.drills.kills import Trials
from eval.drills.looking import differences
from eval.drills.made import IDS, MadeEncoder, Model, Operation, after, perform
from qa.snapshot import Snapshot
from qa.store import Store

TEXTS = (
    "The harbour hall opens in May. Mayor Ruth Adeyemi cut the ribbon.",
    "The old bridge closed on Monday. Engineers found rust in two cables.",
    "The night market returns to Dock Street with forty stalls.",
    "Snow fell on Friday. Two trains stood still for an hour near Elm Halt.",
)


class StoreMachine(RuleBasedStateMachine):
    """A store beside a dict. A view may be held open: it must not change."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.path = Path(tempfile.mkdtemp(dir=folder))
        self.model: Model = {}
        self.view: Snapshot | None = None
        self.held: dict[str, str] = {}

    @initialize()
    def start(self) -> None:
        """Make an empty store."""
        self.store = Store.create(self.path / "store")

    @rule(texts=st.dictionaries(st.sampled_from(IDS), st.sampled_from(TEXTS), min_size=1))
    def put(self, texts: dict[str, str]) -> None:
        """Add articles, change some, confirm others."""
        self._do(Operation("put", texts))

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        """Remove an article."""
        self._do(Operation("remove", ids=(data.draw(st.sampled_from(sorted(self.model))),)))

    @precondition(lambda self: self.model)
    @rule(kind=st.sampled_from(("rebuild", "compact")))
    def renew(self, kind: str) -> None:
        """Embed everything again, or give back room."""
        self._do(Operation("rebuild" if kind == "rebuild" else "compact"))

    @rule()
    def reopen(self) -> None:
        """Open the store anew and compare everything."""
        self.store = Store.open(self.store.path)
        assert differences(self.store.path, self.model) == []

    @precondition(lambda self: self.model)
    @rule(text=st.sampled_from(TEXTS))
    def search(self, text: str) -> None:
        """Look for a text: the article that carries it now, or none that says it carries it."""
        carriers = {id for id, texts in self.model.items() if texts[-1] == text}
        with self.store.snapshot(repair=False) as snapshot:
            _, rows = snapshot.vectors.search(MadeEncoder().encode_queries([text]), 1)
            found = snapshot.passage(int(rows[0, 0]))
        assert ({found.article_id, *found.copies} == carriers) or not carriers
        assert (found.text == text) == bool(carriers)

    @precondition(lambda self: self.model and self.view is None)
    @rule()
    def hold(self) -> None:
        """Keep a view open while the store changes."""
        self.view = self.store.snapshot(repair=False)
        self.held = {id: texts[-1] for id, texts in self.model.items()}

    @precondition(lambda self: self.view is not None)
    @rule()
    def let_go(self) -> None:
        """Look through the old view once more, and close it."""
        assert self.view is not None
        assert {id: self.view.article(id).text for id in self.held} == self.held
        assert {self.view.passage(row).text for row in range(len(self.view))} == set(
            self.held.values()
        )
        self.view.close()
        self.view = None

    def teardown(self) -> None:
        """Compare for the last time, and clean up."""
        if self.view is not None:
            self.let_go()
        assert differences(self.store.path, self.model) == []
        shutil.rmtree(self.path)

    def _do(self, operation: Operation) -> None:
        perform(self.store, operation)
        self.model = after(self.model, operation)


def agrees_with_a_dict(
    scratch: Path,
    examples: int,
    steps: int,
    machine: type[StoreMachine] = StoreMachine,
    shrink: bool = True,
) -> Trials:
    """Run the state machine.

    :param scratch: a folder for the stores.
    :param examples: how many runs.
    :param steps: the most steps of each.
    :param machine: which one.
    :param shrink: whether to look for a shorter way to a failure.
    :returns: the trials; a failure says how to come to it.
    """

    class Here(machine):  # type: ignore[valid-type, misc]
        def __init__(self) -> None:
            super().__init__(scratch)

    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink)[: 1 + shrink],
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    try:
        run_state_machine_as_test(Here, settings=chosen)
    except Exception as error:
        notes = "\n".join(getattr(error, "__notes__", ()))
        return Trials(examples, (f"{type(error).__name__}: {error}\n{notes}",))
    return Trials(examples)
