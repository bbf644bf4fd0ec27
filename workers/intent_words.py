"""The words by which intents are known, in the form `intents.normalised` gives: lower case, without accents.

A weight of 3 decides alone, 2 with another clue, 1 only leans. English first; clear words of es, fr, de, pt, it, nl, tr.
"""

from __future__ import annotations

import re

Clue = tuple[re.Pattern[str], float]


def _clues(*pairs: tuple[float, str]) -> tuple[Clue, ...]:
    return tuple((re.compile(pattern), weight) for weight, pattern in pairs)


_PERSON = (
    r"(?:human|(?:real |actual |live )?person|someone|somebody|some ?one|sombody|manager|supervisor|operator|agent|"
    r"representative|rep|advis[eo]r|consultant|colleague|employee|whoever is in charge|"
    r"member of (?:the )?(?:staff|team)|staff|human being|customer (?:service|support|care)|"
    r"your boss|the owner|the team|real people)"
)

CLUES: dict[str, tuple[Clue, ...]] = {
    "pricing": _clues(
        (3.5, r"\bh(?:o?w) much\b(?! (?:time|longer|parking|space|notice))"),
        (3.5, r"\b(?:prices?|pricing|price ?list|tariffs?|(?:hourly|daily) rate|your (?:rates|fees|charges)|fees)\b"),
        (3.5, r"\bwhat(?:'?s| is| are| do| would| will| does|'d)\b.*\b(?:charge|costs?|the damage|run me|"
              r"set me back)\b|\bhow expensive\b|\bgoing rate\b"),
        (3.5, r"\bcosts? (?:of|for|to)\b|^costs?\b|\bcosts?\?|\bis it (?:more|extra|cheaper|dearer)\b|\b(?:full|"
              r"reduced|half) price\b"),
        (3.5, r"\b(?:quote|quotation|estimate) (?:for|on)\b|\ba (?:price|quote|quotation|estimate)\b|\bcheapest\b|"
              r"\bset me back\b"),
        (3.0, r"\b(?:discounts?|extra charges?)\b"),
        (1.5, r"\b(?:cheap(?:er)?|expensive|on a budget|instalments?|free of charge|is .* free)\b"),
        (1.5, r"[£$€]\s?\d|\b\d+ ?(?:quid|pounds|euros?|dollars|bucks|usd|eur|gbp)\b"),
        (3.5, r"\b(?:cuanto (?:cuesta|vale|cobra\w*|sale)|precios?|tarifas?|combien (?:coute|ca|est|faut)|tarifs?|"
              r"(?:vos|le|les|quel|du) prix)\b"),
        (3.5, r"\b(?:(?:was|wie ?viel) (?:kostet|kosten|nehmt ihr|nehmen sie)|wie teuer|preise?|preisliste|kosten|"
              r"quanto cust\w+|precos?|quanto cost\w+)\b"),
        (3.5, r"\b(?:combien (?:coutent|faites-vous)|c'est combien|(?:cuanto|que precio) (?:cuestan|tienen?|seria|me cobra\w*)|"
              r"was (?:verlangt|nehmt) ihr|was wurde (?:\w+ )?kosten|qual o valor|valores|quanto (?:cobram?|fica|sai|viene|prendete)|"
              r"quali sono i costi|wat (?:rekenen|vragen) jullie|tarie(?:f|ven)|kaca|ucretiniz|fiyatiniz)\b"),
        (3.5, r"\b(?:prezz[oi]|hoeveel kost|wat kost|prijs|prijzen|ne kadar|kac (?:para|lira)|fiyat\w*|ucret\w*)\b"),
    ),
    "booking": _clues(
        (3.5, r"\b(?:book(?:ing)?|reserve|schedule|re-?schedule|make|get|have|need|move|change|cancel|postpone) "
              r"(?:me |us |in |an? |my |the |it |our |another )*(?:\w+ )?(?:appoint?m\w*|booking|reservation|slot|"
              r"demo|table|viewing)\b"),
        (3.5, r"\b(?:re-?schedule|book me|book (?:us )?in|book a|make a booking|squeeze me in|fit me in)\b"),
        (3.0, r"\b(?:any|have|got) (?:\w+ )?(?:slots?|availability|appointments?|openings?|free (?:slots?|"
              r"times?))\b"),
        (3.0, r"\b(?:anything|something) (?:free|available)\b|\bhave (?:you )?(?:got )?availability\b"),
        (2.0, r"\b(?:appoint?m\w*|reservation|reserve|booking|availability|available|slots?)\b"),
        (3.0, r"\b(?:push|shift|move|bring forward|put back|swap) (?:my|our|the) (?:\w+ )?(?:meeting|appoint?m\w*|"
              r"visit|session|booking|slot|reservation)\b"),
        (3.0, r"\b(?:can|could|may) (?:i|we) (?:come|pop|drop|get|be)(?: \w+)? (?:in|by|over|round|seen)\b|"
              r"\btable for\b|\bparty of\b"),
        (3.0, r"\b(?:won'?t|can'?t|cannot|can not|not) (?:be able to )?make it\b|\b(?:like|want|need) to (?:see|"
              r"visit) (?:dr|doctor|the|you)\b"),
        (1.0, r"\b(?:today|tomorrow|tonight|next week|(?:mon|tues|wednes|thurs|fri|satur|sun)day|\d ?(?:am|pm)|"
              r"\d{1,2}(?:st|nd|rd|th))\b"),
        (3.5, r"\b(?:reserv(?:ar|a|er|ation)|cita|pedir hora|teneis hora|rendez-? ?vous|rdv|termin\w*|buchen|agendar|"
              r"marcar (?:uma|um|hora|consulta)\w*|marcacao|prenot\w+|appuntamento|afspraak|reserveren|boeken|"
              r"randevu\w*|rezervasyon)\b"),
        (3.5, r"\b(?:citas?|turno|hueco libre|sitio libre|disponibilidad|creneaux?|disponibilites?|de la place|prendre rdv|"
              r"noch (?:etwas|was|einen platz) frei|freie (?:termine|platze)|vorbeikommen|marcacoes|vagas?|disponibilidade|"
              r"posti? liber[oi]|disponibilita|avete posto|nog plek|plek vrij|afspraken|bos yer\w*|musait\w*)\b"),
    ),
    "faq": _clues(
        (3.5, r"\b(?:opening|business|office|working) (?:hours|times)\b|\bare you (?:open|closed)\b|\b(?:what|"
              r"wat) time\b.*\b(?:open|close)\b"),
        (3.5, r"\bwhere (?:are|r) (?:you|u)\b|\byour (?:address|location)\b|\bhow do i (?:get|find)\b|"
              r"\bwhere(?:'s| is) your\b"),
        (3.0, r"\b(?:parking|car park|wheelchair|wi-?fi|gift (?:cards?|vouchers?)|loyalty (?:card|scheme|"
              r"program\w*))\b"),
        (3.0, r"\b(?:cancellation|return|refund|privacy|returns) policy\b|\bbank holidays?\b|\bare (?:dogs|pets|"
              r"kids|children) allowed\b"),
        (3.0, r"\b(?:pay (?:by|with|in)|(?:take|accept) (?:\w+ )?(?:cards?|cash|amex|paypal|credit|visa))\b|"
              r"\bapple pay\b"),
        (3.0, r"\bdo (?:you|u) (?:\w+ )?(?:offer|sell|use|ship|deliver|stock|repair|speak|cut|provide|integrate|"
              r"work with)\b"),
        (3.0, r"\bwhich (?:brands?|products?|languages?)\b|\bhow long (?:does|do|is|will)\b|\bdo i need to\b|"
              r"\bare you hiring\b"),
        (3.5, r"\b(?:horarios?|donde estan|donde esta|ubicad\w+|aceptan?|horaires|ou etes|ou se trouve|geoffnet|"
              r"offnungszeit\w*|"
              r"wo seid|wo sind sie|habt ihr (?:\w+ )?(?:offen|auf|zu)|mit karte|ouvert|ferme|parkplatz\w*|"
              r"parkplatze|onde fica|funcionamento|orari\w?|dove siete|openingstijden|"
              r"waar zitten|waar zijn jullie|calisma saat\w*|neredesiniz|adresiniz)\b"),
        (3.0, r"\b(?:abren|abris|cerrad[oa]s?|aparcamiento|pagar con tarjeta|adresse exacte|payer par carte|fermez|ouvrez|"
              r"habt ihr (?:\w+ ){0,3}(?:geoffnet|offen)|seid ihr (?:\w+ ){0,3}(?:offen|geoffnet|da)|mit karte zahlen|parken|"
              r"estacionamento|abrem|fecham|pagar com cartao|morada|parcheggio|aprite|chiudete|pagare con|indirizzo|"
              r"parkeren|pinnen|zijn jullie (?:\w+ ){0,3}(?:open|dicht)|acik misiniz|otopark|kartla ode\w*)\b"),
    ),
    "contact": _clues(
        (3.5, r"\b[\w.+-]+@[\w-]+\.[\w.]+\b"),
        (3.0, r"\b(?:call|ring|phone|text) me\b|\b(?:e-?mail|contact|reach|message) me\b|\bget (?:back to|"
              r"in touch)\b|\breach me\b"),
        (3.0, r"\bmy (?:phone |mobile |cell |telephone )?number\b|\bmy e-?mail\b|\bleave my (?:details|number)\b|"
              r"\bbe contacted\b"),
        (3.5, r"\byour (?:phone|e-?mail|telephone)\b|\b(?:can|do|could) i (?:contact|reach|call|e-?mail|phone|"
              r"ring|write to) (?:you|u)\b|\bnewsletter\b"),
        (2.5, r"(?<!\w)\+?\(?\d[\d ()-]{7,}\d\b"),
        (1.5, r"\b(?:send me|more information|brochure|interested in working|looking for a partner|my name is)\b"),
        (3.5, r"\b(?:llamenme|llamarme|me (?:podeis|pueden|puedes) llamar|mi (?:telefono|correo|email)|"
              r"me rappeler|rappelez|"
              r"mon (?:adresse mail|email|numero|e-mail)|zuruckrufen|ruckruf|meine (?:e-?mail|nummer|telefonnummer)|"
              r"me ligar|meu (?:telefone|email|e-mail|numero)|richiamar\w+|la mia (?:mail|email)|il mio numero|"
              r"terugbellen|"
              r"mijn (?:nummer|mail|e-mail)|beni ara\w*|numaram|arayabilir|ligue-?me|liguem-?me|mi numero|mon telephone|"
              r"rufen sie mich (?:\w+ )?(?:an|zuruck)|ruft mich (?:\w+ )?(?:an|zuruck)|mi chiami(?:no|te)?|bel me|bana ulas\w*)\b"),
    ),
    "human": _clues(
        (4.5, rf"\b(?:speak|speek|talk|chat|connect(?: me)?|transfer(?: me)?|put me (?:through|on)|put through)\b(?: \w+)? (?:to|with) (?:an? |the |your |my )?(?:\w+ )?{_PERSON}\b"),
        (4.5, r"\b(?:is this|are you|am i (?:talking|speaking|chatting) (?:to|with)) an? (?:real|actual|human|"
              r"live|bot|robot|machine|person)\b|\b(?:person|human),? now\b"),
        (4.5, r"\b(?:with|to) (?:an? )?(?:real |live |actual )?human\b|\b(?:this|the|"
              r"your) (?:ro)?bot is (?:useless|stupid|no help)\b"),
        (4.5, rf"\b(?:talk|speak|chat|discuss) about .{{1,40}} with (?:an? |your |the )?{_PERSON}\b"),
        (4.5, r"^(?:an? )?(?:real |live )?(?:human|person|agent|operator|representative)(?: (?:please|pls|plz|"
              r"now))?[.!]*$"),
        (4.5, r"\b(?:need|want|get me|give me|prefer) (?:to (?:speak|talk) (?:to|with) )?(?:an? |your )?(?:real |"
              r"actual |live )?(?:human|person|human being|agent|operator|supervisor|manager|someone real)\b"),
        (4.5, r"\b(?:real|actual|live) (?:person|human|agent)\b|\bnot? (?:want to )?(?:talk|speak) to a (?:bot|"
              r"robot|machine)\b|\bdon'?t want (?:to talk to )?a (?:bot|robot)\b"),
        (4.5, rf"\b(?:speak|speek|talk) (?:to )?(?:sombody|somebody|someone)\b|\b(?:is )?(?:there )?anyone there\b|\b{_PERSON} (?:from the team )?help me\b"),
        (4.5, r"\bhablar(?: con)? (?:una persona|un agente|alguien|un humano)|hay alguien|\bpasame con|"
              r"\bparler a (?:un|une|quelqu'un)\b"),
        (4.5, r"\bmit (?:einem|einer) (?:menschen|mitarbeiter\w*|person|berater\w*) (?:sprechen|reden)|"
              r"\bfalar com (?:um|uma|alguem)\b"),
        (4.5, r"\bparlare con (?:un|una|qualcuno)\b|\bmet een (?:medewerker|mens|persoon|iemand)\b|"
              r"\bgercek bir(?:i| insan|iyle)|\btemsilci\w*|\bcanli destek"),
        (4.5, r"\bhablar (?:con )?(?:(?:el|la|un|una|algun) )?(?:persona|agente|humano|responsable|encargad[oa]|asesora?)\b|"
              r"\b(?:un humano|persona real|atencion al cliente)\b"),
        (4.5, r"\b(?:parler|discuter|echanger) (?:a|avec) (?:(?:un|une|votre|le|la) )?(?:vraie? )?(?:personne|humain|conseill\w+|"
              r"responsable|agent|quelqu'un|employe\w*)\b|\b(?:un vrai humain|vraie personne|service client)\b"),
        (4.5, r"\b(?:echten? |richtigen? )?(?:mensch(?:en)?|person|mitarbeiter\w*|jemand\w*|kollegen?|chef\w*|berater\w*)"
              r"(?: \w+)? (?:sprechen|reden|schreiben|chatten)\b|\bkundenservice\b|\bechte[nr]? (?:mensch\w*|person)\b"),
        (4.5, r"\bfalar (?:com )?(?:(?:um|uma|o|a|algum) )?(?:pessoa|humano|atendente|funcionari[oa]|responsavel|gerente|alguem)\b|"
              r"\b(?:pessoa real|atendimento humano)\b"),
        (4.5, r"\bparlare (?:con )?(?:(?:un|una|il|la|qualche) )?(?:persona|operatore|umano|responsabile|addett[oa]|qualcuno)\b|"
              r"\b(?:persona reale|operatore umano|servizio clienti)\b"),
        (4.5, r"\b(?:echte? |een )?(?:mens|persoon|medewerker|iemand|collega)(?: \w+)? (?:spreken|praten|chatten)\b|"
              r"\b(?:praten|spreken|chatten) met (?:een |jullie |echte? )*(?:mens|persoon|medewerker|iemand)\b|\bklantenservice\b"),
        (4.5, r"\b(?:yetkili|insan|biri|kisi|musteri temsilcisi|calisan)\w* (?:ile )?(?:konus\w*|gorus\w*|yazis\w*)|"
              r"\b(?:yetkiliye bagla\w*|musteri hizmetleri)\b"),
    ),
    "complaint": _clues(
        (4.5, r"\b(?:complaint|complain|unacceptable|disgusted|disgusting|appalling|furious|scam(?:med)?|"
              r"rip-? ?off|ruined)\b"),
        (4.5, r"^(?!.*\b(?:when|how|can|could|do|does|will|would|what|is|under|if)\b[^.!?]*\bmy money back\b).*\bmy money back\b"),
        (4.5, r"\b(?:very |so |really |extremely )?(?:un ?happy|dis ?appointed|dissatisfied|displeased)\b|"
              r"\bnot (?:at all )?(?:happy|satisfied)\b"),
        (4.5, r"\b(?:terrible|awful|horrible|worst|bad|poor|disgraceful|shocking) (?:service|experience|job|"
              r"haircut|quality|work|review)\b|\bridiculous\b"),
        (4.5, r"\b(?:never|didn'?t|did not) (?:showed|show|turned|turn|arrived?|came|come) ?(?:up)?\b|"
              r"\bcharged me (?:twice|too much|wrong\w*)\b|\b(?:really|very|so) rude\b"),
        (3.0, r"\b(?:arrived|came|was|still) (?:\w+ )?(?:broken|damaged|not fixed|faulty|late|cold|scratched|"
              r"dirty)\b|\bstill (?:waiting|not|hasn'?t|haven'?t)\b|\bnobody (?:cares|answers)\b"),
        (4.5, r"\b(?:over ?charged|waste of (?:money|time)|not good enough|left a mess|hasn'?t (?:turned up|"
              r"arrived|come)|let (?:me|us) down|poor quality)\b"),
        (1.5, r"\b(?:waited|waiting for|third time|refund me|a joke|wrong|washed out|came off)\b"),
        (4.5, r"\b(?:queja|reclamacion|descontent[oa]|pas (?:du tout )?satisfait\w*|inadmissible|"
              r"(?:veux|voudrais|exige|demande|reclame) (?:\w+ ){0,3}rembourse\w*|remboursez[- ]moi|"
              r"plainte|beschwer\w+|"
              r"unzufrieden|reclamacao|insatisfeit[oa]|delus[oa]|decue?s?|reclamo|klacht|ontevreden|sikayet\w*|"
              r"memnun kalmad\w*|memnun degil\w*|muy mal servicio|no estoy (?:nada )?(?:content[oa]|satisfech[oa])|"
              r"(?:tres )?mecontente?s?|pas contente?s?|c'est inacceptable|nicht zufrieden|frechheit|unverschamt\w*|"
              r"pessimo|nao (?:estou|fiquei) (?:nada )?(?:content[ea]|satisfeit[oa])|inaceitavel|inaccettabile|"
              r"non sono (?:per niente )?(?:content[oa]|soddisfatt[oa])|niet tevreden|belachelijk|rezalet|berbat)\b"),
    ),
    "greeting": _clues(
        (1.0, r"\b(?:hi+|hello+|hey+|hiya|howdy|yo|good (?:morning|afternoon|evening|day|night)|morning|evening|"
              r"greetings|"
              r"thank ?(?:you|u)|thanks|thanx|thx|ty|cheers|ta|bye+|goodbye|see (?:you|ya)|have a (?:nice|good|"
              r"great|lovely) (?:day|evening|weekend|one)|"
              r"how are you|how r u|that'?s all|hola|buenos dias|buenas(?: tardes| noches)?|gracias|"
              r"muchas gracias|adios|"
              r"bonjour|bonsoir|salut|merci|au revoir|guten (?:tag|morgen|abend)|hallo|moin|servus|danke|tschuss|"
              r"vielen dank|"
              r"ola|bom dia|boa (?:tarde|noite)|obrigad[oa]|tudo bem|tchau|ciao|buongiorno|buonasera|salve|grazie|"
              r"arrivederci|"
              r"goede(?:morgen|middag|navond)|dank (?:je|u)|bedankt|doei|merhaba|selam|gunaydin|iyi gunler|"
              r"tesekkurler|tesekkur ederim|sag ?ol)\b"),
    ),
    "spam": _clues(
        (4.5, r"\b(?:seo|back-? ?links?|guest posts?|google ranking|ranking in google|first page|web traffic|"
              r"domain authority)\b"),
        (4.5, r"\b(?:viagra|cialis|casino|free spins|crypto investment|bitcoin investment|forex|hot singles|"
              r"business loan|no credit check)\b"),
        (4.5, r"\byou(?:'ve| have)? won\b(?!')|\b(?:buy|get) (?:followers|likes)\b|\bearn \$?\d+|"
              r"\bworking from home\b|\bguaranteed returns?\b|\breturn guaranteed\b"),
        (3.0, r"\bclick here\b|\bjoin our telegram\b|\b(?:verified|business) emails? (?:for sale|list)\b|"
              r"\bemails for sale\b|\blow (?:price|cost)\b.*\b(?:website|seo|links)\b"),
        (3.0, r"\b(?:i am|i'm|we are) (?:an? )?(?:\w+ )?(?:web|app|software) (?:developer|designer|development)\b|"
              r"\bredesign your website\b|\bfree audit\b"),
        (4.5, r"(?:https?://\S+\s*){3}|\bmake money\b|\btrading bot\b|\b\d+k? (?:visitors|followers|leads) (?:a|"
              r"per) (?:day|week|month)\b"),
    ),
}  # fmt: skip

# The form of a question about the business. It counts for "faq" only where no other intent has a clue of its own.
QUESTION = _clues(
    (2.0, r"^(?:(?:hi|hello|hey|good \w+)( there)?[,!.]? )?(?:do|does|are|is|can|could|will) (?:you|u|ur|your|the|"
          r"there|i|we|it)\b(?! (?:think|love|hate|know|feel|"
          r"believe|let me|give|explain|show|help|please|tell|write|call|ring|send|e-?mail|text|speak|talk|real|"
          r"a (?:bot|robot|human|person|real)))"),
    (1.0, r"\?|^(?:(?:hi|hello|hey),? )?(?:do|does|can|are|what|which|when|until when|where|how|why|who)\b"),
    (2.0, r"^(?:(?:hi|hello|hey),? )?(?:what|which|when|until when|where|how|why)\b.*\b(?:you|u|your|my (?:first|"
          r"next|last) \w+|products?|appointment|order|delivery)\b"
          r"(?! (?:think|feel|love))"),
)  # fmt: skip

# Words that turn a clue into something else: "human resources" is no call for a person.
NEGATORS: dict[str, re.Pattern[str]] = {
    "human": re.compile(r"\bhuman resources\b|\bmy (?:hair)?(?:stylist|dresser)\b|\bsomebody told\b"),
    "spam": re.compile(r"\b(?:do|can) you (?:do|offer|help\w*|sell) (?:\w+ )?(?:with )?(?:seo|web\w*)\b"),
}

FILLERS = re.compile(
    r"\b(?:there|all|everyone|team|sir|madam|mate|guys|so|very|much|a lot|lots|ok(?:ay)?|k|perfect|great|lovely|"
    r"nice|good|"
    r"brilliant|awesome|super|cool|that|that's|thats|is|it|it's|no|yes|you|to|for|your|help|the|and|again|then|"
    r"now|today|"
    r"mille|beaucoup|schon|sehr|wel|tutti|a todos|viele?|e|oh|please|just|well|very|kind|from me|later|soon|"
    r"everything)\b"
)
GIBBERISH = re.compile(r"(.)\1{9,}|\b(?:asdf|qwert|hjkl|zxcv)\w*")
