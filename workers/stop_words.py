"""Small words that say nothing about what a text is about, by language, folded. Data only."""

from __future__ import annotations

_EN = """
a about accept accepted accepts actually after again all allow allowed along also am an and another any anybody anyone anything
anywhere apply are around as ask at available away be because been before being best bit both bought bring but buy by can cannot cant
case chance come comes coming could couldnt d dyou day days dear did didnt do does doesnt doing done dont each either else even ever every exactly find
first for from further general get gets getting give given gives go goes going good got great guys had happen happens has have
havent having he hello help her here hey hi him his how i id if ill im in info information inside interested into is isnt it its ive
just keep kind know let lets like ll look looking lot lots m make makes many may maybe me might mine more most much must my name near
nearby need needed needs next nice no normal normally not now number numbers of off offer offered offers often oh ok okay on once one ones
only or other our out over own people per place plan please possible possibly pls problem provide put question questions quick
quickly quite r re really regarding right roughly run running s said same say see sell sells selling service services set she shall should show since so
some somebody somehow someone something somewhere sort special start starts still stuff such sure t take taken takes taking tell
than thank thanks that thats the their them then there theres these they thing things think this those through thx til till time
times to today together tomorrow tonight too try two u until up upon ur us use used uses using usual usually ve very via visiting w want
wanted wanting wants was way we well were what whats when whenever where wheres whether which while who whom whose why will wish with
within without wonder wondering wont work works would wouldnt yes yet yo you your youre yours
"""
_DE = """
aber alle allem allen aller alles als also am an ander andere anderen ans auch auf aus bei beim bekomme bekommen bieten bietet bin bis bist
bitte brauche brauchen da dabei dafur dann daran darf durfen das dass dem den denn der des deshalb dich die dies diese diesem diesen dieser
dieses dir doch dort du durch eigentlich ein eine einem einen einer eines er es etwa etwas euch euer eure eurem euren fur gab geben geht gehen genau
gern gerne gibt gibts guten hab habe haben habt hallo hast hat hatte hatten hatte her hier hin ich ihm ihn ihnen ihr ihre ihrem ihren im immer in ins
ist ja jede jeden jeder jetzt kann kannst kein keine keinen komme kommen kommt konnen konnt konnte konnten lassen mache machen macht mal man mehr
mein meine meinem meinen meiner mich mir mit mochte mochten moglich muss mussen nach nehmen nehmt nicht noch nun nur ob oder ohne rein schon sehr
sei seid sein seine sich sie sind so sollte sonst suche suchen tag tage uber uhr um und uns unser unsere unter viel viele vom von vor wann war waren warum was
weil welche welchem welchen welcher welches wenn wer werde werden wie wieder will wir wird wo wollen wollte wurde wurden zu zum zur a oda euch bei
gruss danke wieviel stehen finden findet selbst denen heute morgen abends verkaufen verkauft hier
"""
_ES = """
a al algo algun alguna alguno algunos alli ante antes aqui asi aun aunque bien buenas buenos cada como con cual cuales cualquier cuando
cuanta cuantas cuanto cuantos da dais dan dar de debo del desde dia dias donde dos e el ella ellos en entre era es esa ese eso esta estais estan estar
este esto estos estoy fue gracias ha haceis hace hacen hacer hacia han hasta hay he hola ir la las le les lleva llevar lo los mas me mi mis mucho
muy nada ni no nos nosotros nuestra nuestro o ofrece ofreceis ofrecen os otra otro para pero poco podeis podemos poder podria por porque posible pueda puede
pueden puedo pues que quien quiero quisiera saber se sea ser si sin sobre solo somos son soy su sus tambien tan tanto te teneis tenemos tener
tengo tiene tienen toda todo todos tras tu un una unas uno unos usted ustedes va vais van vende vendeis venden vosotros voy vuestra vuestro y ya yo acepta
aceptais aceptan quieres necesito necesita hora horas
"""
_FR = """
a ai alors apres as au aucun aussi autre autres aux avant avec avez avoir avons bien bonjour bonsoir c ca ce cela ces cet cette ceux chaque
chez comme comment d dans de depuis des deux dire dois donc dont du elle elles en encore entre est et etait etre eu faire fait faites faut il
ils j jai je jour jours l la le les leur leurs lui m ma mais me meme merci mes moi mon n ne ni non nos notre nous on ont ou par pas peu
peut peuvent peux plus possible pour pouvez pouvoir puis puisque qu quand que quel quelle quelles quels qui quoi s sa sans se sera serait ses si
sont souhaite sous sur t ta te tes toi ton tous tout toute toutes tres tu un une vais vendez veux vers voici voila vont vos votre voudrais vous y acceptez
accepte proposez propose avoir est-ce savoir besoin existe
"""
_IT = """
a abbiamo accettate ad ai al alla alle allo anche avere avete c che chi ci ciao come con cosa cui da dai dal dalla dei del della delle dello di
dopo dove due e ed ecco era fare fate fra gli grazie ha hai hanno ho i il in io l la le lei li lo loro ma me mi mia mio molto ne nei nel
nella no noi non nostro o offrite ogni per perche piu poco posso potete prima puo qual quale quali quando quanto quanti quanta quello questa queste
questi questo qui sapere se sei senza si siamo siete solo sono sta su sua sui sul sulla suo te ti tra tu tutti tutto un una uno va
vendete vi voglio voi vorrei vostra vostro buongiorno salve serve possibile c'e ce
"""
_PT = """
a aceitam ao aos as ate bom com como da dao das de depois dia do dos e ela ele eles em entre era essa esse esta estao estar este eu faz
fazem fazer foi ha isso isto ja la lhe mais mas me meu meus minha muito na nao nas nem no nos nossa nosso num numa o oferecem ola onde os
ou para pela pelo pode podem podemos por porque posso pra preciso qual quais quando quanta quanto quantos que quem quero se sem ser seu seus si
so sobre sua suas tambem te tem tenho ter teu tu tudo um uma uns vai vao vendem voce voces vos gostaria obrigado obrigada boa existe possivel
"""
_NL = """
aan al alle als altijd andere ben bent bij bijna dan dank dat de deze die dit doe doen doet door dus een eens en er ergens ga gaan gaat geen
graag goed haar had hallo heb hebben hebt heeft hem hen het hier hij hoe hoeveel hun ik in is ja je jij jou jouw jullie kan komen kom komt kon krijg
kun kunnen maar mag me meer men met mij mijn moet moeten mogelijk na naar niet niets nog nu of om omdat onder ons onze ook op over soms te tegen
toch toen tot u uit uw van veel verkopen voor waar wanneer waren was wat we wel welke werd wie wij wil willen worden wordt ze zeer zich zij zijn
zo zonder zou bieden biedt nodig
"""
_TR = """
acaba ama ancak artik aslinda bana ben benim bir biri birkac biz bizim bu bunu cok cunku da daha de degil diye en eger evet fakat gibi gore hangi
hem hep her hic icin ile ise iyi kadar ki kim mi midir mu musunuz mi misiniz muyum nasil ne neden nedir ni o olan olarak olur oluyor on onu onun
peki sadece sana sen senin siz sizde sizin son su sonra tam tum var varmi mi var ve veya ya yani yok zaman merhaba selam tesekkurler lutfen
istiyorum yapiyor yapiyorsunuz musun misin miyim ediyor ediyorsunuz kabul
"""

STOP_WORDS: dict[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": _EN, "de": _DE, "es": _ES, "fr": _FR, "it": _IT, "pt": _PT, "nl": _NL, "tr": _TR,
    }.items()
}  # fmt: skip

# Words that anything can be asked with: found, they help a little; missing, they do not tell that an answer is another's.
_LIGHT_EN = """
able add amount arrive arrived bad become began begin big bigger box certain change check choose clock different difference drop early easy end evening fast few
finish fit floor follow full gave great half hand hang happy hard high hold home hope hour hours hr hrs house idea issue item kinds large
last latest learn least leave left less level life light line little live long longer low main man matter max maximum mean middle min mins minimum minute minutes
month months morning move near new night note notice old older open option order own part pass period person piece placed point
pop prefer present price pull push question ready reason receive recommend rest return ring round safe second send sent serious show
simply single sit size small soon space spend stand started stop story straight suit system talk teach today total touch turn type
understand usually wait walk wall watch week weeks whole wide word world worry worth write wrong year years yr yrs young ago starting ahead allowed
anyway away bought buying certainly damage directly done early else especially exist expect fairly fancy feel fine forget forgot generally
grab hear hit instead keep kept later likely mention mostly myself ours pay perhaps pretty probably properly quickly rather roughly
several sometimes sorted suppose six seven eight ten five four three suggest throughout together total try unfortunately weekday whenever yourself
"""
_LIGHT = {
    "de": "ablauf andern anzahl arbeiten art bestimmt brauch bringen bringe dinge einfach ende erhalten etwa fragen ganz geben gibts gross halt helfen"
    " hoch kaufen klein kommen lang lassen leute liegt monat monate nachste nennen passieren preis richtig sagen sache sachen schicken schnell spater"
    " stunde stunden tun verstehen wert wissen woche wochen zeigen zeit jahr jahre platz unter ding moglichkeit nachher vorher direkt uberhaupt"
    " man soll sollen sollten statt dazu davon daran los weg sobald trotzdem gestern ubermorgen erst erste ersten erster erstes erstmal eben"
    " ganze ganzen ganzes zwei drei mehrere mehreren notig weiss wisst passt passen tagen wohne wohnen wohnt benutze benutzen nutzen hore"
    " horen gehts kriege kriegen kriegt kriegst wieviele",
    "es": "ano anos buscar cambiar cantidad cierto cosa cosas creo dejar entrar entreno gente hablar llegar manera mes meses momento necesitar nuevo"
    " parte pasa pasar pedir persona personas primero probar rapido semana semanas sitio tiempo tipo traer usar venir vez veces ver vivir solo",
    "fr": "an annee annees apporter arriver chose choses combien delai envoyer fois gens jours laisser mois moment nouveau passer personne personnes"
    " petit prendre premier rapidement semaine semaines sorte temps trouver utiliser venir",
    "it": "anno anni arrivare cosa cose fare giorno giorni lasciare mese mesi momento nuovo persona persone portare prendere primo settimana settimane"
    " tempo tipo trovare usare venire volta",
    "pt": "ano anos chegar coisa coisas deixar dias levar mes meses momento novo pessoa pessoas primeiro semana semanas tempo tipo trazer usar vez vir",
    "nl": "brengen dag dagen ding dingen eerste gebruiken houden jaar keer krijgen laten maand maanden mensen nemen nieuw persoon soort tijd vinden week"
    " weken",
    "tr": "ay gun gunler hafta ilk kisi kisiler saat sey seyler yeni yil zaman",
}
LIGHT_WORDS: dict[str, frozenset[str]] = {
    language: frozenset(words.split()) for language, words in {"en": _LIGHT_EN, **_LIGHT}.items()
}
