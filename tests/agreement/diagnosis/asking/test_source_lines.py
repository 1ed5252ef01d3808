"""Which line of a source may hold which equation."""

from __future__ import annotations

from backproof.agreement.diagnosis.asking.source_lines import about


class Grows:
    def gradients(self, pack):  # type: ignore[no-untyped-def]
        delta = [pack.a - pack.y]
        for w in pack.weights:
            delta.insert(0, w.mT @ delta[0])
        nabla_b = []
        nabla_b.append(delta[0])
        return delta, nabla_b


def test_a_list_that_grows_holds_what_it_is_named_for() -> None:
    lines = about(Grows(), None)["lines"]
    assert lines["BP1"][1] == "delta = [pack.a - pack.y]"
    assert lines["BP2"][1] == "delta.insert(0, w.mT @ delta[0])"
    assert lines["BP3"][1] == "nabla_b.append(delta[0])"
