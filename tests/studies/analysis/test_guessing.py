import numpy as np
import pytest
from numpy.typing import NDArray

from studies.analysis.guessing import Guesses, bang, james
from tests.studies.analysis.tables import ends, value, why

#: The Cholesterol Reduction in Seniors Program (Bang et al. 2004). Rows: what the arm truly was
#: (drug, placebo); columns: what was guessed (drug, placebo, do not know). Here drug is a person's reply and
#: placebo a model's, so that the guesses are person, ai, unknown.
CRISP = np.array([[82, 25, 170], [27, 29, 83]])


def guesses(counts: NDArray[np.int64], *, raters: NDArray[np.int64] | None = None, sure: int = 5) -> Guesses:
    """As many guesses as the 2 × 3 table says, by a rater each if not said otherwise."""
    kind, guess = np.divmod(np.repeat(np.arange(6), counts.ravel()), 3)
    size = len(kind)
    nobody = np.full(size, -1, dtype=np.int32)
    return Guesses(
        rater=np.arange(size, dtype=np.int32) if raters is None else raters.astype(np.int32),
        dialogue=nobody,
        system=nobody,
        kind=kind.astype(np.int8),
        guess=guess.astype(np.int8),
        certainty=np.full(size, sure),
        won=np.zeros(size, dtype=np.int8),
        kept=np.ones(size, dtype=bool),
    )


def test_the_published_example_comes_out() -> None:
    found = guesses(CRISP)
    assert round(value(bang(found.take(found.kind == 0))), 3) == 0.206
    assert round(value(bang(found.take(found.kind == 1))), 3) == 0.014
    assert round(value(james(found)), 3) == 0.748
    assert found.counts.tolist() == CRISP.tolist()


def test_with_one_guess_a_rater_errors_are_those_of_another_program() -> None:
    """The example in the readme of BlindingIndex.jl, a port of the R package BI, as printed: three decimals.
    It divides by n where the sandwich divides by n − 1."""
    found = guesses(np.array([[48, 4, 330], [22, 30, 319]]))
    printed = [(james(found), 0.896, 0.011), (bang(found.take(found.kind == 0)), 0.115, 0.018),
               (bang(found.take(found.kind == 1)), 0.022, 0.019)]  # fmt: skip
    for one, estimate, error in printed:
        assert (round(value(one), 3), round(one.se or 0.0, 3)) == (estimate, error)


def test_a_rater_s_guesses_are_one_cluster() -> None:
    """Everybody guesses four times in the same way: the error is that of a guess each, with G/(G−1)."""
    one_each = guesses(np.array([[10, 5, 5], [0, 0, 0]]))
    four_each = guesses(np.array([[40, 20, 20], [0, 0, 0]]), raters=np.repeat(np.arange(20), 4))
    single, repeated = bang(one_each), bang(four_each)
    assert value(repeated) == value(single) == 0.25
    assert repeated.se == pytest.approx(single.se)
    assert repeated.clusters == {"rater": 20}


def test_certainty_scales_a_guess() -> None:
    found = guesses(np.array([[6, 2, 2], [0, 0, 0]]), sure=2)
    assert value(bang(found, weighted=True)) == pytest.approx((6 - 2) / 10 * 2 / 5)


def test_all_right_is_one_and_all_wrong_minus_one_with_exact_ends() -> None:
    far = 2 * 0.025 ** (1 / 12) - 1
    right = bang(guesses(np.array([[12, 0, 0], [0, 0, 0]])))
    assert (value(right), *ends(right)) == pytest.approx((1.0, far, 1.0))
    wrong = bang(guesses(np.array([[0, 12, 0], [0, 0, 0]])))
    assert (value(wrong), *ends(wrong)) == pytest.approx((-1.0, -1.0, -far))
    assert value(james(guesses(np.array([[9, 0, 0], [0, 9, 0]])))) == 0.0


def test_all_unknown_is_perfect_blinding_without_an_interval() -> None:
    found = guesses(np.array([[0, 0, 7], [0, 0, 7]]))
    assert (value(james(found)), value(bang(found))) == (1.0, 0.0)
    assert why(james(found)) == why(bang(found)) == "All guesses are unknown: nothing varies."


def test_blind_guessing_is_a_half_and_nought() -> None:
    found = guesses(np.array([[6, 6, 0], [6, 6, 0]]))
    assert (value(james(found)), value(bang(found))) == (0.5, 0.0)


def test_one_kind_alone_has_no_james_index() -> None:
    assert why(james(guesses(np.array([[3, 3, 3], [0, 0, 0]])))) == (
        "James' index needs guesses about people's and about models' replies."
    )
    nobody = guesses(np.zeros((2, 3), dtype=np.int64))
    assert why(james(nobody)) == why(bang(nobody)) == "Nobody guessed about such a reply."


def test_ventured_guesses_of_one_kind_only_say_nothing_of_chance() -> None:
    found = james(guesses(np.array([[4, 0, 2], [0, 0, 6]])))
    assert (found.value, why(found)) == (None, "All who guessed guessed the same of one kind only.")
