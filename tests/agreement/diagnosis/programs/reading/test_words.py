"""Names of parts of a network in other languages are of the kinds that they are in English."""

from __future__ import annotations

import pytest
from backproof.agreement.diagnosis.programs.reading.kinds import kinds_of
from backproof.agreement.diagnosis.programs.reading.words import in_english

NAMES = {
    "neuronas_entrada": "n0",
    "num_neuronas_entrada": "n0",
    "tamanho_camada_oculta": "nh",
    "nb_neurones_sortie": "nl",
    "cikisNoronlari": "nl",
    "tasa_de_aprendizaje": "rate",
    "taux_apprentissage": "rate",
    "epocas": "epochs",
    "entradas": "x",
    "salidas_esperadas": "y",
    "couches": "sizes",
    "sesgos": "biases",
    "lamb": "reg",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_of_its_kind(name: str) -> None:
    assert [kind for kind, _ in kinds_of(name)][:1] == [NAMES[name]]


@pytest.mark.parametrize("name", ["input_size", "hidden", "x", "norm"])
def test_an_english_name_stays_as_it_is(name: str) -> None:
    assert in_english(name) == []
