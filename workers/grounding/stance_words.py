"""Words that say what somebody must or may do, by which means, and what comes on top of a price. Folded, eight languages."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from workers.grounding.stems import words_of

NEED = words_of(
    "must need needs needed required require requires requirement necessary compulsory mandatory obligatory "
    "muss mussen musst notig benotigt notwendig erforderlich pflicht verpflichtend brauchen braucht "
    "devez doit doivent faut faudra necessaire necessaires requis requise obligatoire obligatoires besoin "
    "debe deben debes necesario necesaria necesita necesitan obligatorio obligatoria hace preciso precisa "
    "deve devono dovete bisogna necessario necessaria obbligatorio obbligatoria serve occorre richiesta richiesto "
    "devem obrigatorio obrigatoria precisam "
    "moet moeten nodig vereist verplicht hoeft hoeven gerekir gerekli gereklidir gerekiyor gerek zorunlu zorunludur sart"
)
HAVE_TO = frozenset([("have", "to"), ("has", "to"), ("hay", "que"), ("tiene", "que"), ("tem", "de"), ("tem", "que")])
MAY = words_of(
    "may can could allowed permitted welcome darf durfen durft kann konnen konnt erlaubt gestattet "
    "peut peuvent pouvez autorise autorisee autorises autorisees permis permise permises "
    "puede pueden puedes permitido permitida permitidos permitidas permite permiten podra "
    "puo possono potete puoi permesso permessa permessi permesse consentito consentita ammessi ammesso "
    "pode podem podes mag mogen kan kunt kunnen toegestaan serbest serbesttir izin"
)
_MEANS = (
    words_of("phone telephone phoning telefon telefonisch telefonico telefono telefone telefonla telephonique telefoon "
             "telefonisch telefonica telefonicamente"),
    words_of("mail mails email emails courriel courriels correo posta eposta mel"),
    words_of("post postal brief briefpost letter courrier carta lettera mektup"),
    words_of("online internet website web ligne linea linha cevrimici"),
    words_of("person personlich personne persona persoonlijk bizzat sahsen pessoalmente"),
)  # fmt: skip
_ON_TOP = words_of("separately extra aparte apart separat gesondert extrakosten separatamente separement ayrica ayri")
_ON_TOP_PAIRS = frozenset([("a", "parte"), ("a", "part"), ("en", "sus"), ("por", "separado"), ("in", "addition")])


def means(word: str) -> int:
    """Which means of reaching or paying somebody a word names; 0 for none."""
    return next((number for number, words in enumerate(_MEANS, start=1) if word in words), 0)


def obliges(words: Sequence[str]) -> bool:
    return any(word in NEED for word in words) or any(pair in HAVE_TO for pair in itertools.pairwise(words))


def on_top(words: Sequence[str]) -> bool:
    """Whether words say that something is paid beside the price: "extra", "a parte"."""
    return any(word in _ON_TOP for word in words) or any(pair in _ON_TOP_PAIRS for pair in itertools.pairwise(words))
