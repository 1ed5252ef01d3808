from __future__ import annotations

from backproof.agreement.cases.generate import Menu
from backproof.agreement.cases.product_json import DirectedCase
from backproof.agreement.hvp.problem import drawn
from backproof.agreement.running.check import Settings
from helpers.every import every


def test_a_case_of_a_pack_has_its_direction_however_it_is_taken() -> None:
    pack = drawn(Settings(menu=Menu(dtypes=("float64",)), cases=3).units()[0]).directed
    one_by_one = [pack[k] for k in range(len(pack))]
    assert every(isinstance(case, DirectedCase) for case in one_by_one)
    assert [case.id for case in one_by_one] == [case.id for case in pack] == [case.id for case in pack.cases]
    assert pack[-1].id == pack.cases[-1].id
