"""Small words and chat words by which short messages are told apart, in `intents.normalised` form; and letters. Data only.

A word of several languages stands in each of their lists and counts for each a little.
"""

from __future__ import annotations

WORDS: dict[str, frozenset[str]] = {
    name: frozenset(words.split())
    for name, words in {
        "en": """
a an the and or of to in on at for with from is are am was were be been do does did have has had i i'm i'd i've you your
we my me it its this that there what when where who why how which can could would should will please thanks thank you're
hello hi hey good morning afternoon evening bye yes yeah no not yes sure okay want need like much many any some price
cost
open closed close hours today tomorrow tonight monday tuesday wednesday thursday friday saturday sunday book booking
appointment cancel change available free person human someone speak talk help call phone address where's what's don't
can't isn't still about tell know get got delivery order refund great perfect cool lovely next week
""",
        "es": """
el la los las un una unos unas de del al y o que en con por para es son soy esta estan estoy hay tiene tienen teneis
tengo
quiero quisiera puedo puede pueden podeis me mi mis te tu su se lo le les nos muy mas no si hola buenas buenos dias
tardes
noches gracias adios favor vale claro perfecto cuanto cuanta cuantos cuesta cuestan precio precios donde cuando como
quien cual cuales
abierto abren abris cerrado horario horarios hoy manana lunes martes miercoles jueves viernes sabado domingo cita
reservar
cancelar cambiar hora persona alguien hablar ayuda llamar telefono direccion necesito quieres hacer tambien pero aqui
ahora este pedido entrega envio bueno bien estais sois ninguno nada todavia ya he ha
""",
        "fr": """
le la les un une des du de et ou que qui en dans avec pour sur par est sont suis c'est il elle nous vous je j'ai
j'aimerais tu
mon ma mes votre vos notre ce cette ces a au aux ne pas plus oui non si bonjour bonsoir salut merci beaucoup revoir
svp plait
d'accord parfait combien coute coutent prix tarif tarifs ou quand comment pourquoi quel quelle quels quelles ouvert
ouverts
ouvrez ferme fermes horaires aujourd'hui demain lundi mardi mercredi jeudi vendredi samedi dimanche rendez-vous rdv
reserver annuler changer heure quelqu'un personne parler aide appeler telephone adresse besoin voudrais veux peux peut
pouvez avez avoir faire est-ce qu'est-ce y ca tres bien aussi mais ici maintenant commande livraison bientot encore rien
""",
        "de": """
der die das den dem des ein eine einen einem einer und oder zu im in am an auf mit von fur bei aus ist sind bin war
waren
habe hab haben hat hatte ich du er sie es wir ihr mich mir mein meine meinen dein ihre ihren ihnen uns euch nicht kein
keine
ja nein doch bitte danke dank vielen hallo guten gut morgen tag abend servus moin tschuss gruss wie viel wieviel was
wann wo
wer warum welche welcher kostet kosten preis preise offen geoffnet geschlossen auf zu offnungszeiten heute ubermorgen
montag
dienstag mittwoch donnerstag freitag samstag sonnabend sonntag termin buchen absagen andern verschieben uhr jemand
mensch
mitarbeiter sprechen reden hilfe anrufen telefon adresse mochte will kann konnen konnte konnt brauche gibt es noch auch
aber hier jetzt gerne gern passt alles klar genau super lieferung bestellung rechnung wurde ware macht nehmt seid habt
""",
        "pt": """
o a os as um uma uns umas de do da dos das no na nos nas ao e ou que em com por para e sao sou esta estao estou tem
tenho quero queria gostaria posso pode podem voce voces eu me meu minha meus minhas seu sua nos se lhe muito mais nao
sim
ola oi bom boa dia tarde noite obrigado obrigada tchau favor claro perfeito quanto quantos custa custam preco precos
onde quando
como quem qual quais aberto abertos abrem fecha fechado horario hoje amanha segunda terca quarta quinta sexta feira
segunda-feira terca-feira quarta-feira quinta-feira sexta-feira sabado domingo marcar marcacao agendar consulta cancelar
mudar hora horas pessoa alguem falar ajuda ligar telefone endereco morada preciso fazer tambem mas aqui agora isso este
pedido entrega ja ainda voces tudo bem ate algum alguma nenhum vaga
""",
        "it": """
il lo la i gli le un uno una di del della dei delle dal dalla al alla ai e ed o che in con per su nel nella e sono sei
siete
siamo c'e ci ho ha hanno avete vorrei voglio posso puo potete mi mio mia miei ti tuo suo vi vostro vostri non si no ciao
buongiorno buonasera salve grazie mille arrivederci favore prego certo perfetto va bene quanto quanti costa costano
prezzo
prezzi dove quando come chi quale quali aperto aperti aprite chiuso chiusi orari orario oggi domani dopodomani lunedi
martedi
mercoledi giovedi venerdi sabato domenica appuntamento prenotare prenotazione annullare disdire cambiare ora ore persona
qualcuno parlare aiuto chiamare telefono indirizzo bisogno fare anche ma qui adesso questo questa ordine consegna
spedizione gia ancora niente fate accettate dell' l'
""",
        "nl": """
de het een en of van in op aan met voor bij uit naar is zijn ben was heb hebt heeft hebben ik jij je u hij zij ze we wij
jullie mij me mijn jouw uw ons onze niet geen ja nee wel graag dank bedankt hallo hoi goedemorgen goedemiddag
goedenavond
goede dag doei hoeveel wat wanneer waar wie waarom hoe welke kost kosten prijs prijzen open geopend gesloten dicht
openingstijden vandaag morgen overmorgen maandag dinsdag woensdag donderdag vrijdag zaterdag zondag afspraak boeken
reserveren annuleren afzeggen verzetten wijzigen uur iemand medewerker mens spreken praten hulp bellen telefoon adres
wil
kan kunt kunnen zou nodig er dit dat deze die ook maar hier nu prima goed lekker alstublieft aub bestelling levering
bezorgen nog iets te om laat hebben jullie doen
""",
        "tr": """
bir ve veya ile icin de da bu su o ben sen siz biz ne nasil nerede neresi nereye kim hangi kac kadar zaman mi mu var yok
degil evet hayir tamam merhaba selam gunaydin iyi gunler aksamlar tesekkur tesekkurler ederim sagol lutfen fiyat fiyati
fiyatlar ucret ucreti acik acikmi kapali saat saatte saatleri bugun yarin pazartesi sali carsamba persembe cuma
cumartesi pazar
randevu almak alabilir istiyorum istiyordum isterim miyim misiniz musunuz misin miyiz olur olsun iptal etmek degistirmek
biri biriyle insan yetkili gorusmek konusmak yardim telefon adres adresiniz calisma siparis teslimat kargo bana beni
size
sizin benim cok daha hala henuz sonra once simdi gun hafta haftaya peki uygun odeme kredi karti yapiyor
""",
        "pl": """
i w na z do nie tak jest sa czy co jak gdzie kiedy ile to kosztuje prosze dziekuje dzien dobry czesc chce moge
mam
""",
        "sv": """
och att det som en ett pa ar av for med inte jag du vi har kan vad nar hur tack hej kostar oppet idag imorgon
boka
""",
        "da": """
og at det som en et pa er af for med ikke jeg du vi har kan hvad hvornar hvor tak hej koster abent dag morgen
""",
        "no": """
og at det som en et pa er av for med ikke jeg du vi har kan hva nar hvor takk hei koster apent dag morgen
""",
        "ro": """
si de la cu pe nu da este sunt ce cum unde cand cat costa va rog multumesc buna ziua vreau pot am program
""",
        "cs": """
a v na s do ne ano je jsou co jak kde kdy kolik to stoji prosim dekuji dobry den ahoj chci muzu mam mate
""",
        "ca": """
el la els les un una i o de que amb per es son bon dia gracies on quan quant costa preu vull puc teniu hora si
us plau
""",
        "fi": """
ja on ei se etta mita missa milloin paljonko maksaa kiitos hei moi haluan voinko varata aika auki tanaan
huomenna
""",
        "hu": """
a az es egy nem igen van mi hol mikor mennyi mennyibe kerul koszonom kerem szia jo napot szeretnek idopont
nyitva
""",
        "id": """
dan di ke yang apa berapa harga dimana kapan saya mau bisa tidak ya terima kasih halo selamat pagi buka jam
""",
    }.items()
}  # fmt: skip

LETTERS: dict[str, str] = {  # a letter or sign, and the languages it speaks for
    "ñ": "es", "¿": "es", "¡": "es", "ß": "de", "ä": "de fi sv", "ü": "de tr hu", "ö": "de tr sv fi hu", "ã": "pt",
    "õ": "pt et", "ğ": "tr", "ş": "tr", "ı": "tr", "ç": "fr pt tr ca", "œ": "fr", "ê": "fr pt", "â": "fr pt ro", "î": "fr ro",
    "ô": "fr pt", "û": "fr", "ù": "fr it", "è": "fr it ca", "à": "fr it pt ca", "ì": "it", "ò": "it ca", "é": "fr es pt it",
    "á": "es pt hu cs", "í": "es pt hu cs", "ó": "es pt hu pl", "ú": "es pt hu", "ł": "pl", "ą": "pl", "ę": "pl", "ż": "pl",
    "ź": "pl", "ć": "pl hr", "ń": "pl", "ś": "pl", "å": "sv da no", "ø": "da no", "æ": "da no", "ő": "hu", "ű": "hu",
    "ě": "cs", "ř": "cs", "ů": "cs", "š": "cs sk hr", "č": "cs sk hr", "ž": "cs sk hr", "ț": "ro", "ș": "ro", "ă": "ro",
}  # fmt: skip

ALIASES = {
    "arz": "ar",
    "yi": "he",
    "wuu": "zh",
    "yue": "zh",
    "sh": "hr",
    "bs": "hr",
    "nn": "no",
    "als": "de",
    "gl": "es",
}

# Said in every language, so they tell none.
EVERYWHERE = frozenset(
    {
        "ok",
        "okay",
        "oke",
        "hi",
        "hey",
        "hallo",
        "super",
        "top",
        "stop",
        "no",
        "email",
        "mail",
        "sms",
        "whatsapp",
        "wifi",
    }
)

SCRIPTS: dict[str, str] = {  # by how Unicode calls its letters, the main language of a script
    "ARABIC": "ar", "HEBREW": "he", "CYRILLIC": "ru", "GREEK": "el", "CJK": "zh", "HIRAGANA": "ja", "KATAKANA": "ja",
    "HANGUL": "ko", "THAI": "th", "DEVANAGARI": "hi", "BENGALI": "bn", "TAMIL": "ta", "TELUGU": "te", "GEORGIAN": "ka",
    "ARMENIAN": "hy",
}  # fmt: skip
OF_SCRIPT: dict[str, tuple[str, ...]] = {"ar": ("ar", "fa", "ur"), "ru": ("ru", "uk", "bg", "sr"), "zh": ("zh", "ja")}

NAMES: dict[str, str] = {  # in English, as a model is told
    "en": "English", "es": "Spanish", "fr": "French", "de": "German", "pt": "Portuguese", "it": "Italian", "nl": "Dutch",
    "tr": "Turkish", "pl": "Polish", "ru": "Russian", "uk": "Ukrainian", "cs": "Czech", "sk": "Slovak", "hu": "Hungarian",
    "ro": "Romanian", "bg": "Bulgarian", "sr": "Serbian", "hr": "Croatian", "sl": "Slovenian", "el": "Greek",
    "sv": "Swedish", "da": "Danish", "no": "Norwegian", "fi": "Finnish", "et": "Estonian", "lv": "Latvian",
    "lt": "Lithuanian", "ca": "Catalan", "sq": "Albanian", "id": "Indonesian", "ms": "Malay", "vi": "Vietnamese",
    "tl": "Tagalog", "ar": "Arabic", "fa": "Persian", "ur": "Urdu", "he": "Hebrew", "hi": "Hindi", "bn": "Bengali",
    "ta": "Tamil", "te": "Telugu", "th": "Thai", "ko": "Korean", "ja": "Japanese", "zh": "Chinese", "ka": "Georgian",
    "hy": "Armenian",
}  # fmt: skip

# What a visitor may well write; what else fastText names is noise in short texts.
COMMON = frozenset(NAMES)
