"""More words that businesses are asked with, by trade: pets, vehicles, beauty, care of children, food, sport, crafts, health.

Data only, beside workers/lexicon.py and written as there, in its first four languages: English|German|Spanish|French.
A name that stands there too gets these words added.
"""

from __future__ import annotations

TRADE_LANGUAGES = ("en", "de", "es", "fr")

TRADES: dict[str, str] = {
    # Dealing with a business
    "estimate": "estimate* quote quotes quotation*|kostenvoranschlag* voranschlag* angebot*|presupuest*|devis",
    "notice": "notify notification* inform* warning|bescheid* vorwarn* mitteil*|avis* preaviso|preven* prevenir "
    "preavis",
    "paperwork": "form forms paperwork document documents documentation certificate*|formular* unterlagen dokument* "
    "bescheinigung* nachweis*|formulario* documento* papeles certificado* justificante*|formulaire* document* "
    "attestation* justificatif*",
    "contract": "contract* terminate termination|vertrag* kundig* laufzeit*|contrato* permanencia|contrat* resili* "
    "engagement",
    "expire": "expire* expiry valid validity|gultig* verfall* ablauf*|caduc* valid* vigencia|valab* validite",
    "staff": "staff team employee* colleague* mechanic mechanics|mitarbeit* personal team belegschaft|personal "
    "equipo empleado* trabajador*|personnel equipe employe*",
    "owner": "owner* owns founder* boss manager* headteacher*|inhaber* besitzer* gehort chef chefin leitung leitet "
    "grunder*|dueno* duena* propietari* jefe jefa encargad* director directora dirige|proprietaire* patron* gerant* "
    "directeur directrice dirige responsable",
    "qualified": "qualified qualification* certified trained licence* license* licensed accredited|ausgebildet* "
    "qualifi* zertifi* lizenz*|titulad* titulo* certificad* licencia*|diplome* qualifi* certifi* agree*",
    "review": "review reviews rating ratings testimonial*|bewertung* rezension*|resena* opinion*|avis-clients "
    "temoignage*",
    "wait": "wait waits waiting queue queues waitlist|wart* schlange|esper* cola lista-de-espera|attend* attente "
    "file",
    "lost": "lost lose losing loss found missing mislaid|verlor* verlier* fundsache* gefunden vergessen|perd* "
    "pierd* olvid* encontrad*|perdu* perdre oubli*",
    "key": "key keys|schlussel*|llave*|cle cles clef clefs",
    "cheap": "affordable budget|gunstig* billig*|barat* economic*|economique* bon-marche",
    "extra": "extra extras additional surcharge* supplement*|zusatz* zuschlag* aufpreis* extra*|suplement* recargo* "
    "adicional* extra|supplement* additionnel* extra",
    "wear": "wear wears wearing clothes clothing dress-code|anzieh* kleidung kleiderordnung tragen|ropa vestir vest*"
    "|habit* vetement* tenue porter",
    "weather": "rain rains raining rainy weather snow storm wet|regen* regnet wetter* schnee sturm|lluvia* llueve* "
    "nieve|pluie pleut meteo neige",
    "outside": "outside outdoors outdoor garden terrace patio|draussen aussen* garten terrasse* freien|fuera "
    "aire-libre terraza* jardin* patio|dehors exterieur* terrasse* jardin*",
    "inside": "indoor indoors|drinnen innen*|dentro interior*|interieur*",
    "near": "near nearest nearby close-by distance away|nahe* entfernung weit|cerca cercan* lejos distancia|proche* "
    "pres loin distance",
    "bus": "tram trams tramway metro underground tube public-transport|strassenbahn* tram u-bahn s-bahn "
    "offentliche* haltestelle*|metro tranvia autobus transporte-publico parada|metro tram tramway autobus arret "
    "transports",
    "stairs": "stair* step steps ramp|treppe* stufe* rampe*|escaler* escalon* rampa*|escalier* marche marches rampe*",
    "wheelchair": "mobility walker crutches|gehbehindert* rollator*|movilidad muletas|mobilite bequilles",
    "pushchair": "pushchair* pram prams buggy buggies stroller*|kinderwagen* buggy|carrito* cochecito*|poussette*",
    "photo": "photo photos photograph* picture pictures camera*|foto fotos fotograf* bild bilder|foto fotos "
    "fotograf*|photo* photograph*",
    "video": "video* film filming|video* film*|video* grab*|video* film*",
    "group": "group groups|gruppe* gruppen*|grupo*|groupe*",
    "guest": "guest guests visitor*|gast gaste*|invitad* huesped*|invite* hote hotes",
    "friend": "friend friends mate pal buddy|freund freunde freundin* kumpel|amig*|ami amie amis amies",
    "company": "company companies business corporate firm firms office offices|firma firmen unternehmen* betrieb* "
    "buro* gewerb*|empresa* negocio* oficina*|entreprise* societe* bureau*",
    "school": "school schools|schule schul*|escuela* colegio* cole|ecole* scolaire*",
    "discount": "money-off special-offer save saving|angebote aktion aktionen vergunstig*|oferta* "
    "rebaja* promocion* descuento*|reduction* remise* promo* offre offres",
    "loyalty": "loyalty stamp stamps points regulars|treue* stammkund* bonus* punkte|fidelidad puntos fidel* sello*"
    "|fidelite points",
    "nhs": "nhs nurse nurses keyworker* key-worker* military veteran*|pflegekraft* bundeswehr|militar* sanitari*"
    "|militaire* soignant*",
    "tip": "tip tips tipping gratuity|trinkgeld*|propina*|pourboire*",
    "vat": "vat tax|mwst mehrwertsteuer*|iva impuesto*|tva taxe*",
    "charity": "charity donat* donate|spend* gemeinnutzig*|donar* dono donacion* solidari*|don dons association*",
    "secondhand": "secondhand second-hand used pre-owned preowned refurbished|gebraucht* second-hand|segunda-mano "
    "usad* ocasion|occasion seconde-main",
    "sell_to_us": "buyback trade-in part-exchange|ankauf* inzahlung*|compra-venta|reprise rachat",
    "age_min": "minimum-age over-18 under-18|mindestalter volljahrig* minderjahrig*|menor menores mayoria-de-edad"
    "|mineur* majeur*",
    "parent": "parent* mum mums mom mother dad dads father guardian*|eltern* mutter mama vater papa|padre* madre* "
    "mama papa tutor*|parent parents mere pere maman papa",
    "grandparent": "gran grandma granny grandmother grandpa grandad grandfather grandparent*|oma opa grossmutter "
    "grossvater grosseltern|abuel*|grand-mere grand-pere grands-parents mamie papi",
    "child": "lad lads daughter* son sons little-ones infant* newborn*|kinder* tochter* madchen junge bub|hij* "
    "nino* nina* bebe* peque pequenos|enfant* fils fille filles bebe* petits",
    "senior": "over-60 over-65 retiree*|rentner* ruhestand|jubilad* pensionista*|retraite*",
    "sibling": "sibling* brother* sister* twin twins|geschwister* bruder schwester* zwilling*|herman* gemel*|frere* "
    "soeur* fratrie jumeau*",
    "birthday": "birthday* hen-party hen-do stag-do|geburtstag* junggesell*|cumple*|anniversaire*",
    "private": "private privately exclusive|privat*|privad*|prive*",
    "home_visit": "home-visit home-visits house-call come-out call-out callout mobile-service|hausbesuch* vor-ort"
    "|domicilio|domicile",
    "night": "night nights midnight|nacht nachts|noche noches|nuit nuits",
    "evening": "evening evenings|abend abends feierabend|atardecer|soir",
    "morning": "mornings early|vormittag* fruh morgens|mananas temprano|matin matinee",
    "afternoon": "afternoon afternoons|nachmittag*|mediodia|apres-midi",
    "summer": "summer|sommer*|verano|",
    "winter": "winter|winter*|invierno|hiver",
    "yearly": "annual annually yearly|jahrlich*|anual*|annuel*",
    "monthly": "monthly per-month|monatlich*|mensual*|mensuel*",
    "weekly": "weekly|wochentlich*|semanal*|hebdo*",
    "hourly": "hourly per-hour|stundenlohn stundensatz*|por-hora|",
    "secure": "cctv secure security alarm* lock locks locked|sicher* alarm* kamera* schloss*|segur* alarma* "
    "candado* cerradura*|securis* alarme* cadenas serrure*",
    "weight": "weight weigh weighs kilo kilos kg heavy|gewicht* wieg* kilo schwer|peso pesa* kilo kilos|poids pese* "
    "kilo kilos",
    "size": "size sizes sizing measure measurements|grosse grossen masse|talla* tamano* medida*|taille tailles "
    "mesure*",
    "material": "material materials fabric* cotton leather wool silk|stoff* leder* wolle* baumwoll* seide*|tela* "
    "cuero lana algodon seda|tissu* cuir laine coton soie",
    "organic": "organic bio eco eco-friendly sustainab* natural|bio* okolog* nachhaltig* naturkosmetik|ecologic* "
    "organic* sostenib* natural*|bio ecolog* naturel*",
    "cruelty": "cruelty-free animal-testing tested-on-animals|tierversuch*|testad* crueldad|cruaute",
    "ingredient": "ingredient* contain contains|inhaltsstoff* zutat* enthalt*|ingrediente* contiene*|ingredient* "
    "contient composition",
    "sensitive": "sensitive sensitivity irritat* react reaction*|empfindlich* reizung* reagier*|sensible* irrit* "
    "reaccion*|sensible* irrit* reaction*",
    "prepare": "prepare preparation beforehand|vorbereit*|prepar*|prepar*",
    "aftercare": "aftercare after-care afterwards heal heals healing|nachsorge* heil* danach|posterior* cicatriz*"
    "|soins-apres cicatris*",
    # Health
    "doctor": "doctor doctors dr gp physician* consultant|arzt arzte arztin*|medic*|medecin* docteur*",
    "medicine": "medicine medicines medication* meds tablet tablets pill pills drug drugs|medikament* arznei* "
    "tablette* pille*|medicament* medicina* pastilla*|medicament* comprime* cachet*",
    "prescription": "prescription* script repeat-prescription|rezept*|receta*|ordonnance*",
    "vaccine": "vaccin* jab jabs shot shots booster* immunis* immuniz*|impf* geimpft*|vacun*|vaccin*",
    "operation": "operation* operate surgery surgical op spay* neuter* castrat*|operation* op operier* kastr* "
    "sterilis*|operacion* operar operan cirug* castr* esteriliz*|operation* operer chirurg* castr* sterilis*",
    "stitches": "stitch* suture* wound wounds scar|naht nahte faden wunde*|herida* sutura*|plaie* suture*",
    "blood": "blood|blut*|sangre*|sang sanguin*",
    "testing": "test tests testing tested|test* labor*|prueba* analisis test|test tests analyse*",
    "scan": "scan scans ultrasound mri|ultraschall* mrt|ecografia* resonancia*|echographie* irm",
    "sick": "ill illness sick poorly unwell fever flu cold temperature vomit* diarrh* bug infectious contagious"
    "|krank* fieber* grippe erkalt* erbrech* durchfall* ansteckend*|enferm* fiebre gripe vomit* diarrea contagios*"
    "|malade* fievre grippe vomi* diarrhee contagieu*",
    "injury": "injur* sprain* fracture* wounded|verletz* bruch|lesion* herid* fractur*|bless* fracture*",
    "skin": "skin acne spots pimple*|haut* akne pickel|piel acne granos|peau acne boutons",
    "eye": "eye eyes|auge augen*|ojo ojos|oeil yeux",
    "eyebrow": "eyebrow* brow brows|augenbraue* brauen*|ceja*|sourcil*",
    "lash": "eyelash* lash lashes|wimper*|pestana*|cil cils",
    "face": "face facial facials|gesicht*|cara facial*|visage* facial*",
    "back": "backache spine|rucken*|espalda*|",
    "leg": "leg legs|bein beine*|pierna*|jambe*",
    "foot": "foot feet pedicure* toe toes|fuss fusse* pedikure*|pie pies pedicur*|pied pieds pedicure*",
    "hand": "manicure*|manikure*|manicur*|manucure*",
    "hairremoval": "epilat* depilat* hair-removal laser|enthaar* epilier* laser*|depil* laser|epil* laser",
    "tan": "tan tanning spray-tan sunbed* solarium|brauun* solarium*|broncead* solarium|bronz* solarium*",
    "tattoo": "tattoo* ink inked|tattoo* tatowier*|tatuaj* tatua*|tatouage* tatou*",
    "piercing": "pierc*|pierc*|pierc*|pierc*",
    "glasses": "glasses spectacles specs eyeglasses lens lenses frames|brille* linse* kontaktlinse*|gafas lentillas lentes"
    "|lunettes lentilles",
    "hearing": "hearing|horgerat* hortest*|audifono* audicion|audition auditif*",
    "physio": "physio* osteopath* chiropract*|physio* krankengymnastik osteopath*|fisio* osteopat*|kine kines* "
    "osteo*",
    "therapy": "therap* counsel* psycholog*|therap* beratung* psycholog*|terap* psicolog*|therap* psycholog*",
    # Hair and beauty
    "style": "style styles styling stylist* hairdo hairstyl* updo updos|frisur* styling hochsteck* frisier*|peinad* "
    "peinar* recogid*|coiff* chignon*",
    "blowdry": "blow-dry blowdry blow-dries drying|fohn* trockn*|secad* secar*|brushing sechage",
    "wash": "wash washes washed washing shampoo*|wasch* shampoo*|lav* champu*|lav* shampo*",
    "fringe": "fringe bangs|pony|flequillo|frange*",
    "trim": "trim trims trimming|spitzen nachschneiden|puntas|pointes",
    "root": "root roots regrowth grey greys gray|ansatz* grau*|raiz raices cana canas|racine* blancs",
    "perm": "perm perms keratin* relax*|dauerwelle* keratin* glatt*|permanent* keratin* alisad*|permanente* "
    "keratine* lissage*",
    "curl": "curl curls curly|locke* lockig*|rizo* rizad* curly|boucle* frise*",
    "extensions": "extension extensions|extension* haarverlanger*|extension*|extension* rajout*",
    "braid": "braid* dread* cornrow*|flecht* zopf* rasta*|trenza* rasta*|tress* natte* dreadlock*",
    "lice": "lice nits|lause|piojo*|poux",
    "blonde": "blond* platinum balayage ombre|blond* balayage|rubi* balayage|blond* balayage",
    "cream": "cream creams lotion* moistur*|creme* lotion*|crema* locion*|creme* lotion*",
    # Pets
    "dog": "pup pups puppies bitch labrador* spaniel* terrier* poodle*|welpe* hundin* rude|perr* cachorr*|chien* "
    "chiot*",
    "cat": "kitty tomcat feline|kater kitten*|gat*|chat chats chatte* chaton*",
    "rabbit": "rabbit* bunny bunnies hare|kaninchen* hase*|conej*|lapin*",
    "rodent": "hamster* guinea-pig* gerbil* rat rats mouse mice|hamster* meerschwein* maus|hamster* cobaya* raton*"
    "|hamster* cochon* rat rats",
    "bird": "bird birds parrot* budgie*|vogel* papagei* wellensittich*|pajaro* loro* ave aves|oiseau* perroquet*",
    "reptile": "reptile* tortoise* snake* lizard* exotic*|reptil* schildkrote* exot*|reptil* tortuga* exotic*"
    "|reptile* tortue* exotique*",
    "horse": "horse* pony ponies|pferd*|caballo*|cheval chevaux poney*",
    "microchip": "microchip* chip chips chipped chipping|mikrochip* chip* chippen|microchip* chip|puce",
    "flea": "flea fleas tick ticks worm worms worming wormer*|floh* zecke* wurm* entwurm*|pulga* garrapata* "
    "desparasit* lombric*|puces tique* vermifug*",
    "groom": "groom grooming groomer*|hundefriseur* fellpflege|peluqueria-canina|toilettage",
    "kennel": "kennel* cattery boarding|tierpension* hundepension*|residencia-canina guarderia-canina|pension-chien",
    "wildlife": "wildlife wild hedgehog* stray strays|wildtier* igel streuner*|silvestre* erizo*|sauvage* herisson* "
    "errant*",
    "euthanasia": "euthan* put-down put-to-sleep cremat*|einschlafer* euthan* einascher*|eutanasi* sacrific* "
    "incinera*|euthanas* endormir incinera*",
    "claw": "claw claws|kralle*||griffe*",
    # Vehicles
    "tyre": "tyre* tire tires puncture* punctured inner-tube|reifen* platten schlauch*|neumatico* pinch*|pneu* "
    "crevaison* creve*",
    "wheel": "wheel wheels rim rims spoke spokes|felge* laufrad* speiche*|rueda* llanta*|roue* jante* rayon*",
    "brake": "brake* braking|brems*|fren*|frein*",
    "gear": "gear gears derailleur* clutch gearbox transmission|gang gange schaltung* getriebe* kupplung*|marcha* "
    "embrague|vitesse* derailleur* embrayage*",
    "chain": "chain chains cassette|kette ketten*|cadena*|chaine*",
    "battery": "battery batteries|akku* batterie*|bateria* pila*|batterie* pile piles",
    "motor": "motor motors engine engines|motor*|motor*|moteur*",
    "oil": "oil oils|ol ole olwechsel*|aceite*|huile* vidange*",
    "mot": "mot inspection inspections|tuv hauptuntersuchung inspektion*|itv|controle-technique",
    "tuneup": "tune-up tune-ups tuneup overhaul* maintenance|wartung* inspektion uberhol*|mantenimiento "
    "puesta-a-punto|entretien* revision*",
    "ebike": "e-bike e-bikes ebike* pedelec*|e-bike* ebike* pedelec*|bici-electrica e-bike*|vae velo-electrique",
    "scooter": "scooter* moped* motorbike* motorcycle*|roller motorrad*|moto motos scooter* patinete*|scooter* moto "
    "motos trottinette*",
    "van": "van vans lorry truck trailer*|transporter* anhanger* lkw|furgon* remolque* camion*|camionnette* "
    "remorque*",
    "courtesy": "courtesy loan loaner replacement-car borrow lend|leihwagen* ersatzwagen* leihrad*|sustitucion "
    "prestad* prestar*|preter remplacement",
    "crash": "accident* crash crashed collision|unfall*|accidente* choque*|accident* choc",
    "frame": "frame framed|rahmen*|marco*|cadre*",
    "driving": "driving drive drives driver|fahrschul* fahrstunde* fuhrerschein*|conducir carnet autoescuela"
    "|conduite permis",
    "flight": "flight* fly flying plane|flug* fliegen|vuelo* avion|vol vols avion",
    # Children's places
    "nap": "nap naps napping sleep sleeps|mittagsschlaf* schlaf*|siesta* dorm* duerm*|sieste* dorm* dort",
    "nappy": "nappy nappies diaper*|windel*|panal*|couche* couches",
    "potty": "potty|topfchen* trocken|orinal esfinter*|pot",
    "milk": "milk breastmilk formula bottle bottles|milch* flasch*|leche biberon*|lait biberon*",
    "settle": "settling settle-in settling-in adaptation|eingewohn*|adaptacion*|adaptation*",
    "place": "vacancy waiting-list|platze warteliste*|plaza plazas|places inscription*",
    "outing": "trip trips outing* excursion* tour tours|ausflug* tour touren fuhrung*|excursion* visita-guiada"
    "|sortie* excursion* visite-guidee",
    "toy": "toy toys teddy comforter*|spielzeug* kuscheltier*|juguete* peluche*|jouet* doudou*",
    "play": "play playing playground|spiel*|jug* juega*|jouer jeux jeu",
    "ratio": "ratio ratios group-size|betreuungsschlussel* gruppengrosse*|ratio ratios|encadrement effectif*",
    "funding": "funded funding subsid* grant* childcare-voucher*|zuschuss* forder*|subvencion* beca*|subvention* caf",
    # Food
    "food": "food foods eat eats eating meal meals snack* hungry lunchbox|essen isst esse mahlzeit* verpfleg* snack*"
    "|comida* comer merienda* menu-escolar|nourriture manger mange repas gouter",
    "drink": "drink drinks beverage* soft-drink*|getrank* trink*|bebida* beber|boisson* boire",
    "beer": "beer beers lager ale draught|bier biere*|cerveza*|biere*",
    "wine": "wine wines|wein weine*|vino*|vin vins",
    "coffee": "coffee* tea espresso|kaffee* tee|cafe cafes te|cafe cafes the",
    "cake": "cake cakes pastry pastries|kuchen* torte*|tarta* pastel*|gateau* patisserie*",
    "bread": "bread breads loaf roll rolls|brot brote* brotchen*|pan panes|pain pains",
    "meat": "meat beef pork chicken|fleisch* schwein* rind*|carne* cerdo ternera pollo|viande* porc boeuf poulet",
    "fish": "fish seafood|fisch*|pescado* marisco*|poisson* fruits-de-mer",
    "nut": "nut nuts peanut*|nuss nusse* erdnuss*|nuez nueces cacahuete* frutos-secos|noix cacahuete* arachide*",
    "lactose": "lactose dairy dairy-free|laktose*|lactosa|lactose",
    "halal": "halal kosher|halal koscher|halal kosher|halal casher",
    "table": "table tables seat seats seating|tisch* sitzplatz*|mesa* asiento*|",
    "highchair": "high-chair highchair*|hochstuhl* kinderstuhl* kinderstuhle*|trona* silla-alta|chaise-haute",
    "catering": "catering cater caters buffet|catering* buffet*|catering|traiteur* buffet",
    "kitchen": "kitchen kitchens|kuche* kuchen-*|cocina*|cuisine*",
    # Sport and courses
    "gym": "gym gyms workout* fitness|fitness* studio|gimnasio* gym entren*|salle-de-sport gym muscu*",
    "yoga": "yoga pilates|yoga pilates|yoga pilates|yoga pilates",
    "level": "beginner* novice advanced|anfanger* fortgeschritten*|principiante* nivel* avanzad*|debutant* niveau* "
    "avance*",
    "pause": "pause freeze suspend*|pausier* ruhen stilllegen|paus* congelar suspend*|pause suspend* geler",
    "online_class": "zoom remote livestream*|fernunterricht|a-distancia|distanciel",
    "certificate": "diploma*|urkunde* zertifikat*|diploma*|certificat*",
    "instrument": "piano guitar violin instrument*|klavier* gitarre* geige* instrument*|piano guitarra* violin "
    "instrumento*|piano guitare* violon instrument*",
    # House, crafts, shops
    "plumber": "plumb* boiler* leak leaks leaking drain drains|klempner* heizung* rohr* undicht|fontaner* caldera*"
    "|plomb* chaudiere* fuite*",
    "electrician": "electrician* wiring socket* fuse*|elektriker* steckdose* sicherung*|electricista* enchufe*"
    "|electricien*",
    "paint": "paint* decorat*|maler* streich* anstrich*|pintar pintur* pintor*|peint* peindre",
    "furniture": "furniture sofa* wardrobe* bed beds mattress*|mobel* sofa* schrank* bett betten matratze*|mueble* "
    "sofa* armario* cama* colchon*|meuble* canape* armoire* lit lits matelas",
    "assembly": "assemble* assembly build builds built put-together|aufbau* zusammenbau*|montaje montar ensambl*"
    "|montage assembl*",
    "alter": "alteration* hem hems hemming tailor* sew sewing zip|kurzen reissverschluss*|dobladillo* costur* coser"
    "|retouche* ourlet* couture coudre",
    "laundry": "laundry ironing iron dry-clean* dry-cleaning|wasche* bugel*|lavander* planch* tintorer*"
    "|blanchisserie repassage pressing",
    "print": "print prints printing printed engrav*|druck* gravur* gravier*|imprim* impres*|imprim* impression* "
    "grav*",
    "screen": "screen screens display|display* bildschirm*|pantalla*|ecran*",
    "computer": "computer* laptop* pc mac|computer* laptop* rechner*|ordenador* portatil*|ordinateur* portable*",
    "mobile": "mobile-phone smartphone* iphone* android|handy handys smartphone* iphone*|movil moviles smartphone* "
    "iphone*|smartphone* iphone*",
    "backup": "backup backups recovery|datenrettung*|copia-de-seguridad recuperacion|sauvegarde*",
    "garden": "lawn hedge* grass mowing gardener*|rasen* hecke* gartner*|cesped seto* jardiner*|pelouse haie* "
    "jardinier*",
    "plant": "plant plants flower flowers bouquet*|pflanze* blume* strauss*|planta* flor flores ramo*|plante* "
    "fleur* bouquet*",
    "moving": "removals moving-house storage|umzug* einlager*|mudanza* trastero*|demenagement* garde-meuble*",
    "pack": "pack packs packing packed box boxes boxed wrap wrapping|verpack* karton* schachtel*|embal* caja* "
    "envolver*|emball* carton* boite*",
    "window": "window windows|fenster*|ventana*|fenetre*",
    "door": "door doors|tur turen*|puerta*|porte portes",
    "lawyer": "lawyer* solicitor* attorney* legal|anwalt* rechts*|abogad* juridic*|avocat* juridique*",
    "taxreturn": "tax-return accountant* bookkeep*|steuererklar* steuerberat* buchhalt*|declaracion-renta gestor* "
    "contab*|comptab* declaration-impots",
    "translate": "translat* interpret*|ubersetz* dolmetsch*|traduc* interprete*|tradu* interprete*",
    "crack": "crack cracks hairline tear torn|riss risse gerissen|grieta* rot*|fissure* fele*",
    "dirty": "dirty stain stains mess|schmutz* fleck* dreck*|suci* mancha*|sale tache* salissure*",
    "replace": "replace* replacement* substitut*|ersatz* ersetz* austausch*|sustitu* reemplaz*|rempla* rechange*",
    "refill": "refill* top-up|nachfull* auffull*|rellen* recarg*|remplissage",
    "custom": "custom custom-made made-to-measure bespoke personalis* personaliz*|massanfertig* individuell* "
    "personalisier*|a-medida personaliz*|sur-mesure personnalis*",
    "bulk": "bulk wholesale|grosshandel* mengenrabatt*|mayorista* al-por-mayor|grossiste*",
    "sample": "sample samples swatch* tester*|muster*|muestra*|echantillon*",
    "catalogue": "catalog* brochure* leaflet*|katalog* prospekt* broschure*|catalogo* folleto*|catalogue* brochure*",
    "app": "app apps|app apps|app aplicacion|appli application*",
    "whatsapp": "whatsapp text-message sms|whatsapp sms|whatsapp sms|whatsapp sms",
    "social": "instagram facebook tiktok|instagram facebook tiktok|instagram facebook tiktok|instagram facebook "
    "tiktok",
}  # fmt: skip
