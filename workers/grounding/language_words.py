"""Words that say nothing by themselves, words that deny, and which language a text is in. Folded: no case, no accents."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from workers.grounding.stems import words_of

# Articles, pronouns, prepositions, auxiliaries, conjunctions: what a sentence is held together with.
_FUNCTION = {
    "en": "a an the this that these those it its they them their there here he she his her him i me my mine we us our ours "
    "you your yours is are am was were be been being do does did done have has had having will would shall should can "
    "could may might must of in on at to for from by with about as into onto per than then so and or but if when while "
    "where which who whom whose what how why also too very just only both all any each every some such own same other "
    "more most few much many until till up off out over under between during before after again yes please let get gets "
    "got s t ll re ve d m wo ca dont one ones well either however therefore because since though although whether still "
    "yet even around along within via at upon down through",
    "de": "der die das den dem des ein eine einen einem einer eines dies diese dieser diesen diesem dieses es er sie ihn ihm ihr "
    "ihre ihren ihrem ihrer ihres ich mich mir mein meine meinen wir uns unser unsere unseren unserem unserer du dich dir "
    "dein deine deinen ihnen sich ist sind war waren bin bist sein seid wird werden wurde wurden habe haben hat hatte "
    "hatten kann konnen konnte muss mussen soll sollen sollte darf durfen mochte mochten wollen will in im an am auf aus "
    "bei beim mit von vom zu zum zur fur uber unter nach vor um bis ab seit durch gegen zwischen als wie wenn ob dass weil "
    "und oder aber auch nur noch schon sehr so da dann hier dort ja bitte je pro man alle allen aller alles jede jeder "
    "jeden jedes jedem beide beiden mehr was wer wo wann warum welche welcher welches doch denn etwa dabei dafur damit "
    "daruber sowie uns hin her ins ans jedoch zudem bereits sogar eben gern gerne selbst",
    "fr": "le la les l un une des du de d au aux ce cet cette ces ca c cela il elle ils elles on je j me moi mon ma mes nous notre "
    "nos vous votre vos tu te t toi ton ta tes se s son sa ses leur leurs lui est sont etait etaient etre suis es sommes "
    "etes soit sera seront ai as a avons avez ont avoir avait peut peuvent pouvez pouvons doit doivent devez faut fait "
    "faire faites dans en sur sous chez avec pour par vers entre depuis jusque jusqu avant apres pendant et ou mais donc or "
    "car si que qu qui quoi dont quand comme comment combien tres aussi bien oui y tout tous toute toutes chaque meme "
    "memes autre autres plus ainsi voici voila ici la lors afin alors",
    "es": "el la los las lo un una unos unas de del al a en con por para sobre entre desde hasta hacia segun este esta estos estas "
    "ese esa esos esas eso esto aquel aquella yo me mi mis tu te tus ti usted ustedes nos nuestro nuestra nuestros "
    "nuestras se su sus le les ella ellos ellas nosotros es son era eran ser soy somos sea sean esta estan estar estamos "
    "hay ha han he hemos haber tiene tienen tenemos tener puede pueden podemos poder puedes debe deben hace hacer hacemos "
    "y e o u pero que como cuando donde quien cual cuales cuanto cuanta si tambien muy mas todo toda todos todas cada "
    "mismo misma otro otra otros otras ya aqui alli durante antes despues porque asi solo ambos ambas vez",
    "it": "il lo la i gli le l un uno una di del dello della dei degli delle d da dal dallo dalla dai dagli dalle a al allo alla ai "
    "agli alle all in nel nello nella nei negli nelle con su sul sulla sui per tra fra e ed o od ma che chi cui come "
    "quando dove quanto quanta quale quali se si anche molto piu ogni tutto tutta tutti tutte questo questa questi queste "
    "quello quella io mi mio mia noi ci nostro nostra nostri nostre voi vi vostro vostra tu ti tuo tua lei lui loro suo sua "
    "suoi sue e sono era erano essere siamo sia ha hanno abbiamo avere ho puo possono possiamo potete puoi deve devono "
    "fa fare viene vengono va vanno fino dopo prima durante entro altro altra altri altre qui gia pure sia ne",
    "pt": "o a os as um uma uns umas de do da dos das em no na nos nas num numa ao aos com por pelo pela para sobre entre desde "
    "ate este esta estes estas esse essa isso isto aquele eu me meu minha voce voces tu te teu sua seu suas seus nos nosso "
    "nossa nossos nossas se lhe ele ela eles elas e sao era eram ser somos seja estao estar estamos ha tem temos ter "
    "pode podem podemos deve devem faz fazer fazemos ou mas que como quando onde quem qual quais quanto se tambem muito "
    "mais todo toda todos todas cada mesmo mesma outro outra outros outras ja aqui durante antes depois porque assim so ambos",
    "nl": "de het een dit dat deze die er hier daar ik me mij mijn wij we ons onze jij je jou jouw u uw hij zij ze hem haar hun "
    "zich is zijn was waren ben bent wordt worden werd heb hebben heeft had kan kunnen kunt moet moeten mag mogen zal "
    "zullen wil willen in op aan uit bij met van voor door over onder na om tot vanaf sinds tussen naar te ten ter als "
    "dan wanneer of dat omdat en maar ook nog al alleen zeer heel zo toen ja per elk elke alle alles beide meer wat wie "
    "waar hoe welke toch want dus graag via om ongeveer zelf",
    "tr": "bir bu su o ve veya ya da de ile icin gibi kadar ki mi mu ben biz siz onlar bana bize size benim bizim sizin onun var "
    "olan olarak olur oldugu her tum butun hem cok daha en ise eger ama fakat cunku sonra once arasinda arasi icinde "
    "uzerinde itibaren dahil gore evet lutfen ne nasil hangi nerede neden kim kac sadece ayni diger gerek eder ediyoruz "
    "edilir edin etmek ederiz yapilir yapiyoruz olmak bulunur bulunmaktadir dir tir",
}  # fmt: skip

# General verbs and nouns of any business: said in other words without changing what is stated.
_LIGHT = {
    "en": "offer offers offered provide provides need needs take takes taking cost costs price prices priced charge charges pay pays "
    "give gives make makes come comes go see find ask use say says tell want like look know available currently usually "
    "normally typically simply directly kindly gladly including includes total amount about approximately roughly call "
    "contact located starting start starts first next run runs last lasts receive accept accepts possible allowed per fee "
    "visit visits visiting hours fees able welcome unfortunately reach ring dial phone telephone online website number email emails mail mails thing things way ways case following regarding right",
    "de": "bieten bietet angeboten gibt geben braucht brauchen brauchst benotigt benotigen kostet kosten preis preise preis betragt betragen nehmen nimmt "
    "zahlen zahlt zahlst machen macht gehen geht kommen kommt kommst finden findet sagen fragen lassen steht stehen liegt "
    "liegen beginnt beginnen dauert dauern euch uhr verfugbar moglich derzeit normalerweise direkt einfach insgesamt ungefahr circa "
    "etwa rund inklusive anrufen melden erreichen erreichbar gebuhr akzeptieren akzeptiert erhalten weiter sonst handelt mail mails email emails "
    "fallen fallt leider telefon telefonisch online nummer berechnen berechnet verlangen verlangt statt stattfinden bekommen bekommt zeit",
    "fr": "offrir offre offrons proposer propose proposons proposez prendre prend prenons prenez coute coutent cout couter prix tarif "
    "tarifs payer paie payez donner donne trouver trouve trouvez trouvons venir venez aller voir dire demander demande "
    "besoin disponible disponibles actuellement normalement directement simplement environ compris possible situe situee "
    "commence commencent dure durent partir heures heure recevoir accepter acceptons faudra malheureusement comptez compter lieu accueille accueillons appeler appelez joindre telephone ligne numero",
    "es": "ofrecer ofrece ofrecemos ofrecen cuesta cuestan costar precio precios coste pagar paga pagas dar damos tomar toma necesita "
    "necesitas necesitan venir viene ir ver decir pedir pide encontrar encuentra encontrarnos disponible disponibles "
    "actualmente normalmente directamente simplemente aproximadamente unos incluye incluyendo posible empieza empiezan "
    "comienza dura duran partir horas hora situado situada recibir aceptar aceptamos cobrar cobramos vale valen sale salen lamentablemente desgraciadamente llamar llame llamarnos llamando telefono linea numero",
    "it": "offrire offre offriamo offrono costa costano costo prezzo prezzi pagare paga dare diamo prendere prende serve servono "
    "venire vedere dire chiedere trovare trova disponibile disponibili attualmente normalmente direttamente circa "
    "possibile parte partono inizia dura durano ore ora situato ricevere accettare accettiamo purtroppo richiede richiedono avviene chiamare chiamate telefono numero",
    "pt": "oferecer oferece oferecemos custa custam preco precos custo pagar paga dar precisa precisam vir ver dizer pedir encontrar "
    "encontra disponivel disponiveis atualmente normalmente diretamente aproximadamente cerca possivel comeca dura duram "
    "partir horas hora receber aceitar aceitamos fica ficamos infelizmente ligar ligue telefone numero",
    "nl": "bieden biedt kost kosten prijs prijzen betalen betaalt geven geeft nemen neemt nodig komen komt gaan zien zeggen vragen "
    "vinden vindt beschikbaar momenteel normaal direct gewoon ongeveer circa mogelijk begint beginnen duurt duren uur "
    "gelegen ontvangen accepteren accepteert rekenen zit zitten krijgt krijgen helaas bellen bel bereiken telefoon nummer",
    "tr": "sunar sunuyoruz sunulur fiyat fiyati fiyatlar ucret ucreti ucreti ode odenir odeme gerekir gereklidir almak alir gelmek "
    "mevcut mevcuttur su anda genellikle dogrudan yaklasik mumkun baslar baslayan surer saat tutar kabul maalesef arayin arayabilirsiniz ulasabilirsiniz telefon numara",
}  # fmt: skip

_NEGATORS = words_of(
    "not no never nor neither none nobody nothing without nowhere nicht kein keine keinen keinem keiner keines nie "
    "niemals ohne weder nichts niemand keinesfalls keinerlei nirgends ne n pas jamais sans aucun aucune rien ni "
    "nullement nunca jamas sin ningun ninguno ninguna nada tampoco nadie non mai senza nessun nessuno nessuna "
    "niente nemmeno neppure nao nem sem nenhum nenhuma ninguem niet geen nooit zonder niets nergens degil yok "
    "yoktur hayir hicbir olmadan asla yasak yasaktir forbidden prohibited verboten interdit interdite interdits interdites "
    "prohibido prohibida prohibidos prohibidas entfallt entfallen waived exempt befreit exonere exoneres exento exenta exentos exentas vietato vietata vietati vietate proibido proibida proibidos proibidas "
    "verboden unable unavailable indisponible indisponibles indisponibili indisponivel indisponiveis unverfugbar"
)
_EXCEPT = words_of(
    "hors excl exkl except unless excluding save ausser ausgenommen sauf hormis excepto salvo tranne eccetto exceto behalve haric "
    "disinda"
)
PARTICLES_YES = words_of("yes yeah yep ja jawohl oui si sim evet natuurlijk sure certainly absolutely")
PARTICLES_NO = frozenset(["no", "nope", "nein", "non", "nao", "nee", "hayir"])

# Pairs that must not be exchanged: each word of one side denies the other. Prefixes of folded words.
_OPPOSITES = (
    ("open|opens|opened|opening|offen|geoffnet|offnet|offnen|ouvert*|ouvr*|abiert*|abre|abren|abrimos|apert*|apre|aperti|aberto*|aberta*|geopend|acik*",
     "closed|close|closes|closing|shut|geschlossen|schliesst|schliessen|zu|ferme*|ferm*|cerrad*|cierra*|cerramos|chius*|chiud*|fechad*|fecha|fechamos|gesloten|dicht|kapali*"),
    ("with|mit|avec|con|com|met|ile", "without|ohne|sans|sin|senza|sem|zonder|olmadan"),
    ("before|vor|avant|antes|prima|voor|once|vorher|zuvor|beforehand|oncesi*|"
     "ahead|advance|voraus|avance|antelacion|anticipo|antecedencia|vooraf|onceden|"
     "precede|precedes|precedent|precedono|preceden|precedem|vorausgeh*|vorangeh*|voorafgaan*", "retraso|retard|ritardo|atraso|verspatung|vertraging|after|nach|apres|despues|dopo|depois|na|sonra|nachher|danach|afterwards|sonrasi*"),
    ("always|immer|toujours|siempre|sempre|altijd|daima", "never|nie|niemals|jamais|nunca|jamas|mai|nooit|asla"),
    ("first|erste*|premier*|primer*|prim*|eerste|ilk", "last|letzte*|dernier*|ultim*|laatste|son"),
    ("minimum|mindestens|mindest*|minimal|minim*|minimo", "maximum|hochstens|maximal|maxim*|maximo"),
    ("allowed|permitted|erlaubt|autorise*|permitid*|permis|permess*|gestattet|toegestaan|serbest", "forbidden|prohibited|banned|untersagt|verboten|interdit*|prohibid*|vietat*|proibid*|verboden|yasak*"),
    ("included|including|includes|include|inbegriffen|enthalten|inklusive|inkl|einschliesslich|compris*|incluid*|incluso|inclus*|inbegrepen|dahil|compres*|incluy*",
     "excluded|excluding|excludes|except|excl|exclusive|exklusive|exkl|ausgenommen|ausser|sauf|hors|excepto|salvo|tranne|eccetto|exceto|behalve|haric|excluid*|esclus*|exclu*|"
     "extra|additional*|surcharge|zusatzlich*|zuzuglich|aufpreis|gesondert|supplement*|suplement*|aparte|toeslag"),
    ("morning|morgens|vormittag*|matin|manana|mattin*|manha|ochtend|sabah", "afternoon|evening|nachmittag*|abend*|soir|tarde|noche|sera|pomeriggio|noite|avond|middag|aksam"),
    ("left|links|gauche|izquierda|sinistra|esquerda|sol", "right|rechts|droite|derecha|destra|direita|sag"),
    ("free|frei|freie|freien|freier|freies|gratis|kostenlos*|kostenfrei*|gratuit*|ucretsiz*", "paid|kostenpflichtig*|payant*|ucretli*|chargeable|pago|paga|pagando|betaald"),
    ("more|mehr|mas|piu|mais|meer", "less|weniger|moins|menos|meno|minder"),
    ("new|neu*|nouve*|nuev*|nuov*|nov*|nieuw*|yeni", "old|alte*|vieux|viej*|vecchi*|velh*|oude|eski"),
    ("indoor|indoors|drinnen", "outdoor|outdoors|draussen"),
    ("mandatory|compulsory|required|obligatory|pflicht|obligatoire*|obligatori*|verplicht|zorunlu", "optional|freiwillig|facultati*|opcional*|facoltativ*|opzional*|optioneel"),
    ("accept*|accett*|aceit*|acept*|akzeptier*|accepteren", "refuse*|reject*|decline*|ablehnen|rechaz*|refus*|rifiut*|recus*|weiger*"),
    ("possible|possibles|moglich|posible|posibles|possibile|possibili|possivel|possiveis|mogelijk|mumkun", "impossible|impossibles|unmoglich|imposible|imposibles|impossibile|impossibili|impossivel|impossiveis|onmogelijk|imkansiz"),
    ("up|above|oben|arriba|sopra|boven", "below|unten|abajo|sotto|beneden"),
    ("ground|erdgeschoss", "basement|keller"),
    ("adult*|erwachsen*|adulte*|adult*|volwassen*", "child*|kind|kinder|kindern|enfant*|nin*|bambin*|crianca*|kinderen|cocuk*"),
    ("men|mens|man|herren|hommes|hombre*|uomo|uomini|homem|homens|heren|erkek*", "women|womens|woman|damen|frauen|femmes|mujer*|donna|donne|mulher*|dames|kadin*"),
    ("big|large|gross*|grand*|grande*|groot|grote|buyuk", "small|klein*|petit*|peque*|piccol*|kucuk"),
    ("cheaper|gunstiger", "dearer|teurer"),
    ("later|latest|spater|spatestens", "earlier|earliest|fruher|fruhestens"),
    ("inside|within|innerhalb|dentro|entro|binnen", "outside|ausserhalb|dehors|fuera|fuori|fora|buiten"),
    ("weekdays|weekday|werktags|wochentags", "weekend|weekends|wochenende|wochenenden"),
    ("arrival|anreise|check-in|arrivee|llegada|arrivo|chegada|aankomst|giris", "departure|abreise|check-out|depart|salida|partenza|saida|vertrek|cikis"),
)  # fmt: skip

# Written with a capital out of courtesy.
POLITE = words_of(
    "i lei suo sua suoi sue le loro usted ustedes ud uds vous vos u uw voce siz size sizin mr mrs ms dr dra sr sra m mme herr frau"
)

TITLES = words_of("dr dra prof mr mrs ms mx sr sra srta m mme mlle herr frau hr fr sig dott ing st")
# A further one of what was denied before: alone it denies nothing.
# One of these denies; two in one breath do so in no language that has them.
ONLY_ONE = words_of(
    "not no never none nothing nobody nicht kein keine keinen keinem keiner keines nie niemals nichts niemand niet geen nooit"
)
# Words that deny by what they mean; a "not" beside one of them takes the denial back.
FORBIDDING = words_of(
    "forbidden prohibited interdit interdite interdits interdites prohibido prohibida prohibidos prohibidas vietato "
    "vietata vietati vietate proibido proibida proibidos proibidas verboten verboden yasak yasaktir entfallt entfallen "
    "waived exempt"
)
# For these and no others.
EXCLUSIVE = words_of(
    "only solely exclusively nur ausschliesslich lediglich uniquement seulement seul seule seuls seules exclusivement "
    "solo solamente unicamente exclusivamente soltanto apenas somente alleen enkel uitsluitend sadece yalnizca yalniz"
)
RESERVED = (
    "reserved", "reserviert", "reserve", "reservad", "riservat", "gereserveerd", "restrict", "limit", "beschrank",
    "vorbehalt", "nicht-", "exclusi", "voorbehoud", "beperk",
)  # fmt: skip
# A noun follows, which has no capital outside German.
DETERMINERS = words_of(
    "the a an our your der die das ein eine unser unsere le la les l un une notre nos el los las una nuestro nuestra "
    "nuestros nuestras il lo gli uno i o os as um uma nosso nossa nostro nostra de het een ons onze"
)
BEING = words_of("is are ist sind est sont es son e sono sao")
# What a sentence begins with that goes on about the subject of the one before.
PRONOUNS = {
    "en": words_of("it they these he she"), "de": words_of("er sie es diese dieser dieses"), "fr": words_of("il elle ils elles ce c"),
    "es": words_of("son es estan esta se"), "it": words_of("sono e si"), "pt": words_of("sao e estao esta ele ela eles elas"),
    "nl": words_of("het ze hij zij deze"), "tr": words_of("bunlar bu"),
}  # fmt: skip
FREE_OF = frozenset(["free"])  # behind a hyphen: without what stands before it
AND_NOT = frozenset(["ni", "nor", "nem"])
# Before and after a time or an event, and nothing else.
SURE_ORDER = words_of("before after avant apres antes despues depois dopo vorher nachher")

_NEGATING_PREFIXES = ("un", "in", "im", "non", "dis", "ir", "il", "nicht", "des", "on", "not")

# Words of one language that mean something else in another: read as numbers only when the text is in that language.
FUNCTION = frozenset(word for words in _FUNCTION.values() for word in words.split())
LIGHT = frozenset(word for words in _LIGHT.values() for word in words.split())
_OWN = {language: frozenset(words.split()) for language, words in _FUNCTION.items()}
_LIGHT_OWN = {language: frozenset(words.split()) for language, words in _LIGHT.items()}


def guess(words: Iterable[str]) -> str | None:
    """The language most of the small words belong to; None when they do not tell."""
    counts = dict.fromkeys(_OWN, 0)
    for word in words:
        for language in _languages_of(word):
            counts[language] += 1
    best = max(counts, key=lambda language: counts[language])
    rest = max(count for language, count in counts.items() if language != best)
    return best if counts[best] > rest else None


@lru_cache(maxsize=16_384)
def _languages_of(word: str) -> tuple[str, ...]:
    return tuple(language for language in _OWN if word != "no" and small_or_light(word, language))


def small(word: str, language: str | None) -> bool:
    """Whether a word says nothing by itself in this language; in any, where it is not known."""
    return word in (_OWN.get(language, FUNCTION) if language else FUNCTION)


def small_or_light(word: str, language: str) -> bool:
    """Whether a word says nothing, or what any business says, in this language."""
    return word in _OWN[language] or word in _LIGHT_OWN[language]


@lru_cache(maxsize=16_384)
def negates(word: str) -> bool:
    """Whether a word denies. Turkish does it inside the verb: "kabul etmiyoruz"."""
    return word in _NEGATORS or _turkish_no(word)


def excepts(word: str) -> bool:
    return word in _EXCEPT


def _turkish_no(word: str) -> bool:
    if len(word) < 6:
        return False
    return any(part in word for part in ("miyor", "muyor")) or word.endswith(("maz", "mez", "mazsiniz", "mezsiniz", "mayiz", "meyiz", "madan", "meden", "memektedir", "mamaktadir", "mazlar", "mezler"))  # fmt: skip


def _sides() -> tuple[dict[str, int], tuple[tuple[str, int], ...]]:
    whole: dict[str, int] = {}
    begins: list[tuple[str, int]] = []
    for number, pair in enumerate(_OPPOSITES, start=1):
        for sign, side in zip((1, -1), pair, strict=True):
            for word in side.split("|"):
                if word.endswith("*"):
                    begins.append((word[:-1], sign * number))
                else:
                    whole.setdefault(word, sign * number)
    return whole, tuple(begins)


_WHOLE, _BEGINS = _sides()


@lru_cache(maxsize=16_384)
def side(word: str) -> int:
    """Which side of which pair of opposites a word stands on: n or -n; 0 for none."""
    found = _WHOLE.get(word)
    if found is not None:
        return found
    return next((number for start, number in _BEGINS if word.startswith(start)), 0) if len(word) > 3 else 0


# Words of one language that stand on a side there, and say nothing or something else in others.
_SIDE_IN = {
    "son": "tr",
    "sol": "tr",
    "sag": "tr",
    "once": "tr",
    "na": "nl",
    "zu": "de",
    "dicht": "nl",
    "nach": "de",
    "prima": "it",
}


def side_in(word: str, language: str | None) -> int:
    """The side of a word in a text of this language."""
    return 0 if language is not None and _SIDE_IN.get(word, language) != language else side(word)


_FROM = words_of("from ab depuis desde partir vanaf")
_UNTIL = words_of("until till to bis jusqu hasta fino tot")


def direction(word: str) -> int:
    """1 for a word that says where or when something begins, -1 for one that says where it ends, otherwise 0."""
    return 1 if word in _FROM else -1 if word in _UNTIL else 0


_BEFORE_NOUN = words_of(
    "ein eine einer einen einem eines kein keine keiner keinen keinem ihr ihre ihrer ihren ihrem unser unsere unserer unseren "
    "unserem jede jeder jeden jedem jedes"
)
_FRENCH_AFTER = words_of("le les sur une votre vos nous au par du des")


STATES = frozenset(abs(side(word)) for word in ("open", "allowed", "included", "free", "mandatory", "possible"))


def before_noun(word: str) -> bool:
    """Whether a common noun follows in German, where it has a capital: "bei einer Absage"."""
    return word in _BEFORE_NOUN


# How words are formed that are no names: "Payment", "Hiring", "Kündigung".
_FORMED = (
    "ing", "ment", "ments", "tion", "tions", "sion", "sions", "ness", "ship", "thing", "ity", "ance", "ence", "ung",
    "ungen", "heit", "keit", "schaft", "ieren", "cion", "ciones",
    "miento", "dad", "ando", "iendo", "zione", "zioni", "mento", "acao", "acoes",
)  # fmt: skip
SHORTEST_FORMED = 6  # letters


def formed(word: str) -> bool:
    """Whether the ending of a folded word shows that it is no name."""
    return len(word) >= SHORTEST_FORMED and word.endswith(_FORMED)


def verb_at_start(word: str, following: str) -> bool:
    """Whether the first word of a sentence is a verb by its ending: "Servimos", "Offriamo", "Trouvez le"."""
    return word.endswith(("amos", "emos", "imos", "iamo", "iyoruz", "uyoruz")) or (
        word.endswith("ez") and following in _FRENCH_AFTER
    )


def prefixed(word: str) -> bool:
    """Whether a word denies by how it begins: "unavailable", "impossible", "non-refundable"."""
    return (
        word.startswith(("un", "im", "non", "indispon", "inacces", "ungultig", "nicht")) and len(word) > SHORTEST_FORMED
    )


def denied_form(word: str, known: Iterable[str] | frozenset[str]) -> bool:
    """Whether `word` is a known one with a denying prefix, or the other way round: "opened" of "unopened"."""
    return any(
        (prefix + word) in known
        or (word.startswith(prefix) and len(word) - len(prefix) > 3 and word[len(prefix) :] in known)
        for prefix in _NEGATING_PREFIXES
    )
