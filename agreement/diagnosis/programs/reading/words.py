"""Words of other languages that name the parts of a network, in English."""

from __future__ import annotations

import re
import unicodedata

STEMS = (
    ("input", r"entrad[ao]s?|entrees?|eingaben?|eingang|giris|girdi"),
    ("output", r"salidas?|saidas?|sorties?|ausgaben?|ausgang|cikis|cikti"),
    ("hidden", r"ocult[ao]s?|escondid[ao]s?|intermediari[ao]s?|cachees?|verstecktes?|versteckten?|gizli"),
    ("neurons", r"neuronas|neuronios|neurones|neuronen|noron(lari?|u)?|nodos"),
    ("layers", r"capas|camadas|couches|schichten|katmanlar|lapisan"),
    ("layer", r"capa|camada|couche|schicht|katman"),
    ("epochs", r"epocas?|epoques?|epochen|epoklar?|iteraciones|iteracoes|iterasi"),
    ("data", r"datos|dados|donnees|daten|veri"),
    ("labels", r"etiquetas?|rotulos?|etiquettes?|etiketler|etiket|clases"),
    ("expected", r"esperad[ao]s?|desead[ao]s?|desejad[ao]s?|attendus?|attendues?|erwartet"),
    ("target", r"objetivos?|alvos?|cibles?|ziele?|hedef(ler)?"),
    ("examples", r"ejemplos|amostras|exemplos|exemples|muestras|beispiele|ornekler"),
    ("features", r"caracteristicas|atributos|merkmale|ozellikler"),
    ("weights", r"pesos?|poids|gewichte?|agirlik(lar)?|bobot"),
    ("bias", r"sesgos?|vies|biais|umbral(es)?|limiar"),
    ("rate", r"tasa|taxa|taux|oran|orani|hizi"),
    ("learning", r"aprendizaje|aprendizado|aprendizagem|apprentissage|lern|ogrenme|pembelajaran"),
    ("size", r"tamano|tamanho|taille|anzahl|groesse|cantidad|quantidade|numero|nombre|sayisi|dimension(es)?"),
    ("learning_rate", r"lernrate"),
    ("structure", r"arquitectura|arquitetura|estructura|estrutura|topologia"),
    ("", r"de|da|do|das|dos|del|la|las|los|le|les|der|die|em|en|na|no"),
)
"""Each English word with those that it stands for; what stands for nothing is left out."""


def in_english(name: str) -> list[str]:
    """A name of words of another language in English, in their order and in the other; nothing where it has none."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = plain.split("_")
    told = [next((word for word, stem in STEMS if re.fullmatch(stem, one)), one) for one in words]
    if told == words:
        return []
    kept = [one for one in told if one]
    orders = (kept, kept[::-1], [*kept[:1], *kept[:0:-1]])
    return list(dict.fromkeys("_".join(order) for order in orders))
