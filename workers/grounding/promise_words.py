"""Words that promise, each one concept in eight languages: a sentence may use one only where its source does. Folded."""

from __future__ import annotations

from workers.grounding.stems import words_of

_CONCEPTS = {
    "free": "free gratis kostenlos kostenlose kostenlosen kostenloser kostenloses kostenfrei kostenfreie gratuit gratuite gratuits gratuites gratuitement "
    "gratuito gratuita gratuitos gratuitas gratuitamente gratuiti ucretsiz bedava unentgeltlich umsonst complimentary kosteloos",
    "guarantee": "guarantee guarantees guaranteed garantie garantien garantieren garantiert garantierte garantis garantit garantissons garanti garantia "
    "garantias garantizado garantizamos garantizar garantiza garantizada garantito garantita garantiamo garanzia garantido garantimos gegarandeerd garanderen warranty "
    "gewahrleistung gewahrleisten",
    "always": "always immer stets jederzeit toujours siempre sempre altijd daima anytime rund-um-die-uhr permanently",
    "unlimited": "unlimited unbegrenzt unbegrenzte illimite illimitee ilimitado ilimitada illimitato illimitata onbeperkt sinirsiz lifetime lebenslang lebenslange vitalicia",
    "included": "included inbegriffen enthalten incluido incluida incluidos incluidas incluso inclusa inclusi incluse inbegrepen dahil",
    "discount": "discount discounts discounted rabatt rabatte ermassigung ermassigungen nachlass remise remises reduction reductions rabais descuento descuentos "
    "sconto sconti desconto descontos korting kortingen indirim indirimi rebate voucher-code",
    "refund": "refund refunds refunded refundable ruckerstattung erstattung erstattet erstatten zuruckerstattet remboursement rembourse rembourses rembourser remboursons "
    "reembolso reembolsos reembolsamos reembolsar rimborso rimborsi rimborsiamo reembolsamos terugbetaling terugbetaald iade reimburse reimbursed",
    "bonus": "bonus gift gifts giveaway geschenk geschenke geschenkt cadeau cadeaux regalo regalos regali omaggio presente hediye prize preisgeld prix-cadeau gewinn reward",
    "promise": "promise promises promised versprechen verspricht versprochen promettons promesse promis promesa prometemos prometido promessa promettiamo beloven belofte "
    "soz-veriyoruz commit zusichern zugesichert",
    "confirmed": "confirmed bestatigt confirme confirmee confirmado confirmada confermato confermata bevestigd onaylandi booked gebucht reserviert reserved reservado "
    "prenotato geboekt gereserveerd",
    "insured": "insured versichert assure assuree asegurado assicurato segurado verzekerd sigortali insurance versicherung",
    "certified": "certified zertifiziert certifie certifiee certificado certificata certificato gecertificeerd sertifikali licensed award-winning",
    "best": "cheapest best-price billigste gunstigste gunstigsten bestpreis",
    "now": "now nowadays immediately instantly sofort jetzt immediatement immediatamente inmediatamente maintenant ahora adesso agora nu hemen simdi onmiddellijk",
    "half": "half-price halber-preis",
    "twice": "double doppelt doppelte doppelten doble dobro doppio dubbel dubbele triple",
}  # fmt: skip
CONCEPTS = {word: concept for concept, words in _CONCEPTS.items() for word in words.split()}
# "frei" and "livre" say many things; "cruelty-free" and "free time slots" promise nothing that is checked here.
_OF_CHARGE = (("free", "of"), ("free", "time"))


# Two words that say what one does: "sans frais" is free, "a pagamento" is not.
PHRASES = {
    (first, second): "free"
    for first, seconds in {
        "sans": "frais supplement", "sin": "coste costo cargo gastos recargo", "sem": "custo custos encargos", "de": "graca balde",
        "senza": "costi spese supplemento", "zonder": "kosten toeslag", "ohne": "aufpreis kosten gebuhr zuschlag", "no": "cost charge fee",
        "kostet": "nichts", "kosten": "nichts", "costs": "nothing", "cost": "nothing", "in": "omaggio",
    }.items()
    for second in seconds.split()
}  # fmt: skip
PAID = frozenset(
    {
        ("kostet", "alles"),
        ("kosten", "alles"),
        ("kostet", "extra"),
        ("kosten", "extra"),
        ("costs", "extra"),
        ("cost", "extra"),
        ("de", "pago"),
        ("a", "pagamento"),
        ("a", "fee"),
        ("a", "charge"),
        ("eine", "gebuhr"),
        ("tegen", "betaling"),
        ("contre", "paiement"),
        ("gegen", "gebuhr"),
        ("gegen", "bezahlung"),
    }
)
# Words that say a promise is made, and need none: "including breakfast" supports "breakfast is included".
SAYING = dict.fromkeys(
    words_of(
        "including includes include inklusive inkl inclusive inclusief compris comprise comprises einschliesslich incluye incluyen incluyendo"
    ),
    "included",
)


def promise(word: str) -> str | None:
    """Which promise a word makes."""
    return CONCEPTS.get(word)


# Kinds of street and place: "12 rue …" is not "12 avenue …".
PLACES = words_of(
    "street road avenue lane square court drive close terrace crescent boulevard alley strasse weg platz allee "
    "gasse ring ufer damm rue place quai chemin impasse cours route calle plaza paseo avenida carrer ronda via "
    "viale piazza corso vicolo largo rua praca travessa estrada straat laan plein gracht kade dreef sokak sokagi "
    "cadde caddesi bulvari mahallesi"
)
SHORT_PLACES = {"st": "street", "rd": "road", "ave": "avenue", "av": "avenue", "blvd": "boulevard", "bd": "boulevard", "bvd": "boulevard", "sq": "square", "ln": "lane", "str": "strasse", "pl": "platz", "avda": "avenida"}  # fmt: skip

OFTEN_NO_PLACE = words_of("close drive court place cours route ring largo via square terrace crescent ronda damm ufer")
