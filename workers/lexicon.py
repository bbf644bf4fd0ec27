"""Words that businesses are asked with, by what they mean, in eight languages: an answer may use others than its question.

Data only. Columns: English | German | Spanish | French | Italian | Portuguese | Dutch | Turkish; lower case, no accents,
`ß` as `ss`. `cancel*` stands for every word that begins so. A concept that merges what a business tells apart would
answer wrongly, so these are narrow.
"""

from __future__ import annotations

LANGUAGES = ("en", "de", "es", "fr", "it", "pt", "nl", "tr")

# What is asked about a thing, rather than a thing: common to many entries, so they decide little by themselves.
KINDS: dict[str, str] = {
    "price": "price* pricing cost costs costing charge charges charged fee fees rate rates expensive cheap cheaper cheapest quid"
    "|preis* kostet kosten gekostet teuer gebuhr* tarif*|precio* cuesta* cuestan costo coste* vale valen cobra* tarifa*"
    "|prix coute* tarif* cher frais|prezz* costa* costano costo tariff*|preco* custa* custam tarifa*|prijs* prijzen kost"
    " kosten tarie*|fiyat* ucret* kac* para tutar*",
    "hours": "hours open opens opening opened close closes closed closing shut shuts"
    "|offnungszeit* geoffnet offen offnet offnen auf* geschlossen schliesst schliessen ruhetag*"
    "|horario* abre* abren abris abrimos abrir abierto* cierra* cerrado* cerrais|horaire* ouvert* ouvre* ouvrez ferme* fermez fermeture"
    "|orari* apert* apre aprite chius* chiude*|horario* abre* aberto* fecha* fechad*|openingstijd* open opent gesloten"
    " dicht sluit*|acik* acil* kapali kapan* saatler*",
    "where": "where located location address directions situated adress"
    "|wo adresse anfahrt finde liegt|donde direccion ubicad* situad*|ou adresse situe* trouve*|dove indirizzo trova*"
    "|onde endereco morada fica|waar adres ligt|nerede adres* konum",
    "duration": "duration minutes long|dauer* lange|dura* tarda* duracion|dure* duree longtemps|dura* durata|dura* demora*"
    "|duurt duur|surer sure suruyor",
    "contact": "contact reach|erreiche* kontakt*|contact*|contact* joindre|contatt*|contat*|contact bereik*|iletisim",
    "policy": "policy policies rule rules conditions terms|regel* bedingungen|politica* normas condiciones"
    "|politique* conditions regle*|politica condizioni regole|politica* condicoes|beleid voorwaarden|kural* kosul*",
}

CONCEPTS: dict[str, str] = {
    "phone": "phone phones telephone call calls calling ring tel|telefon* anruf* anrufen rufnummer|telefono* llamar llamo"
    "|telephone* tel appeler|telefon* chiamare|telefon* ligar|telefoon* bellen|telefon* ara*",
    "mail": "email emails e-mail e-mails mail mails|email e-mail mail mails|correo* email e-mail|email e-mail mail courriel*"
    "|email e-mail mail|email e-mail|email e-mail mail|e-posta eposta email mail",
    "book": "book booking bookings booked appointment* reserve reserved reserving reservation* schedule slot slots"
    "|termin* buchen buchung* gebucht reservier*|cita citas reserv*|rendez-vous rdv reserv*|appuntament* prenot*"
    "|marcacao marcacoes marcar reserv* agendar|afspra* boek* reserv*|randevu* rezervasyon*",
    "cancel": "cancel* reschedul* postpon*|absag* stornier* storno* verschieb*|cancel* anul*|annul*|annull* disdi* cancell*"
    "|cancel* desmarc*|annul* afzeg* afgezegd|iptal*",
    "noshow": "no-show no-shows noshow|nichterscheinen|||||no-show|",
    "late": "late later delayed delay|spat* verspat*|tarde retras*|retard|ritardo tardi|atras* tarde|laat later te-laat"
    "|gec gecik*",
    "pay": "pay pays paying paid payment* payable|zahl* bezahl*|pag*|pai* paye* payer paiement* payez reglement|pag*"
    "|pag*|betaal* betal*|ode* odeme*",
    "card": "card cards visa mastercard amex maestro debit credit|ec-karte* ec kreditkart* girocard visa mastercard"
    "|tarjeta* visa|carte* bancaire* visa|carta carte bancomat visa|cartao cartoes visa|kaart kaarten pin pinnen visa"
    "|kart* visa",
    "cash": "cash|bar bargeld|efectivo metalico|especes liquide|contanti|dinheiro numerario|contant* cash|nakit",
    "paypal": "paypal|paypal|paypal|paypal|paypal|paypal|paypal|paypal",
    "crypto": "bitcoin* crypto* ethereum|bitcoin* krypto*|bitcoin* cripto* criptomoneda*|bitcoin* crypto*|bitcoin* cripto*|bitcoin* cripto*"
    "|bitcoin* crypto*|bitcoin* kripto*",
    "cheque": "cheque* check-payment|scheck*|cheque*|cheque*|assegn*|cheque*|cheque*|cek cekle",
    "transfer": "transfer bank-transfer|uberweis*|transferencia*|virement*|bonifico|transferencia*|overschrijving* overmak*|havale eft",
    "refund": "refund* reimburs* money-back|erstatt* ruckerstatt* geld-zuruck|reembols* devolucion|rembours*|rimbors*"
    "|reembols*|terugbetal* geld-terug|iade*",
    "return": "return returns returned returning|zuruckgeb* zuruckschick* rucksend* retour* umtausch*|devol* devuelv*"
    "|retour* renvoy* retourn*|reso resi restitu*|devol* troca*|retour* terugstur*|iade* geri-gonder*",
    "exchange": "exchange* swap|umtausch* tausch*|cambi*|echang*|cambi*|troca*|ruil*|degis*",
    "deliver": "deliver delivers delivered delivery deliveries ship ships shipped shipping postage parcel* package* packages dispatch*"
    "|liefer* versand* versend* zustell* paket*|envio* envia* enviais entrega* paquete|livr* expedi* colis envoi*"
    "|consegn* spedi* pacco|entrega* envio* envia* encomenda|lever* bezorg* verzend* pakket|teslim* kargo* gonder*",
    "abroad": "abroad international* overseas country countries europe germany france spain italy ireland usa america canada"
    " australia switzerland austria netherlands belgium poland portugal sweden denmark norway scotland wales"
    "|ausland international* land lander deutschland osterreich schweiz frankreich italien spanien europa"
    "|extranjero internacional* pais paises espana francia alemania italia portugal mexico europa"
    "|etranger international* pays france suisse belgique allemagne espagne italie europe canada"
    "|estero internazional* paese paesi italia francia germania spagna svizzera europa"
    "|estrangeiro internacional* pais paises portugal espanha franca brasil europa"
    "|buitenland internationa* land landen nederland belgie duitsland frankrijk europa"
    "|yurtdisi uluslararasi ulke* turkiye almanya fransa avrupa",
    "track": "track tracking traced|verfolg* sendungsverfolgung|seguimiento rastre*|suivi suivre|tracciat* tracciamento"
    "|rastre*|track volgen|takip",
    "takeaway": "takeaway take-away takeout take-out to-go|mitnehmen zum-mitnehmen|llevar para-llevar|emporter|asporto"
    "|takeaway levar|afhalen meenemen|paket-servis",
    "deposit": "deposit* upfront prepayment down-payment|anzahlung* kaution*|deposito* fianza senal|acompte* caution arrhes"
    "|caparra acconto deposito|deposito sinal caucao|aanbetaling* borg|depozito* kapora on-odeme",
    "instalment": "instalment* installment* spread financ*|rate raten ratenzahlung finanzier*|plazos financ*"
    "|mensualites echelonn* plusieurs-fois|rate rateizz*|prestac* parcel*|termijn* gespreid|taksit*",
    "gift": "gift gifts voucher vouchers giftcard*|gutschein* geschenk*|regalo* vale|cadeau* bon|regalo buono|presente oferta"
    " vale|cadeau* bon bonnen|hediye*",
    "discount": "discount* reduction* reduced concession* deal deals promo*|rabatt* ermassig* nachlass vergunstig*"
    "|descuento* rebaja* oferta*|reduction* remise* rabais promo*|sconto sconti ridu*|desconto*|korting*|indirim*",
    "student": "student students studying|student* studierend*|estudiante*|etudiant*|student*|estudante*|student*|ogrenci*",
    "senior": "senior seniors pensioner* retired oap elderly|senior* rentner*|jubilad* mayores|senior* retrait*"
    "|anzian* pensionat*|idos* reformad* senior*|senior* 65-plus gepensioneerd*|emekli* yasli*",
    "parking": "parking park parks parked car-park|park* stellplatz*|aparca* aparcamiento parking estacion*"
    "|parking* gar* garer stationn*|parcheggi*|estacion*|parke*|park otopark*",
    "car": "car cars|auto autos pkw wagen|coche coches auto|voiture*|auto macchina|carro carros automovel|auto autos|araba*",
    "electric": "electric ev tesla|elektro* e-auto e-autos|electric*|electr*|elettric*|eletric*|elektri*|elektrik*",
    "charger": "charger charging charge recharge|lad* aufladen ladestation*|carga* recarga*|borne* recharg*"
    "|ricaric* colonnin*|carreg*|oplad* laadpa*|sarj*",
    "bike": "bike bikes bicycle* cycle cycling|fahrrad* fahrrader rad rader|bici* bicicleta*|velo velos bicyclette*"
    "|bici*|bicicleta*|fiets*|bisiklet*",
    "train": "train trains railway|zug zuge bahn bahnhof*|tren trenes|train* gare|treno treni stazione|comboio* trem"
    "|trein*|tren*",
    "bus": "bus buses coach|bus busse*|autobus bus|bus autobus|autobus bus|autocarro* onibus|bus bussen|otobus*",
    "station": "station|bahnhof*|estacion|gare|stazione|estacao|station|istasyon*",
    "airport": "airport|flughafen*|aeropuerto*|aeroport*|aeroport*|aeroporto*|vliegveld luchthaven|havalimani*",
    "wheelchair": "wheelchair* accessible accessibility disabled disability step-free barrier-free"
    "|rollstuhl* barrierefrei* behindert* stufenlos*|silla-de-ruedas ruedas accesib* minusval* discapac*"
    "|fauteuil roulant accessib* handicap*|rotelle accessib* disabil*|rodas acessi* deficien*"
    "|rolstoel* toegankelijk*|tekerlekli engelli*",
    "lift": "lift lifts elevator*|aufzug* lift fahrstuhl*|ascensor*|ascenseur*|ascensore*|elevador*|lift liften|asansor*",
    "toilet": "toilet* restroom* bathroom wc loo|toilette* wc klo|aseo* bano banos|toilette* wc|bagno bagni|casa-de-banho"
    " banheiro*|toilet* wc|tuvalet*",
    "wifi": "wifi wi-fi wlan internet|wlan wifi internet|wifi internet|wifi internet|wifi internet|wifi internet"
    "|wifi internet|wifi internet",
    "password": "password* passcode|passwort* kennwort*|contrasena*|mot-de-passe|password|senha palavra-passe|wachtwoord*"
    "|sifre* parola",
    "dog": "dog dogs puppy|hund hunde*|perro* perra*|chien*|cane cani|cao caes cachorro*|hond honden|kopek* kopeg*",
    "cat": "cat cats kitten*|katze*|gato* gata*|chat chats|gatto gatti|gato*|kat katten|kedi*",
    "pet": "pet pets animal animals|haustier* tier tiere*|mascota* animal*|animal* animaux|animal*|animal* estimacao"
    "|huisdier* dier*|evcil hayvan*",
    "child": "child children childrens kid kids toddler* baby babies son daughter boy boys girl girls little-one"
    "|kind kinder* sohn tochter baby babys kleinkind*|nino* nina* hijo* hija* bebe* infantil|enfant* fils fille bebe*"
    "|bambin* figli* neonat*|crianca* filho* filha* bebe*|kind kinder* zoon dochter baby*|cocuk* bebek* oglum kizim",
    "teenager": "teenager* teen teens adolescent*|jugendlich* teenager|adolescent*|adolescent* ado ados|adolescen*|adolescen*"
    "|tiener*|genc*",
    "adult": "adult adults grown-up*|erwachsen*|adult*|adulte*|adult*|adult*|volwassen*|yetiskin*",
    "woman": "woman women womans womens lady ladies female wife girlfriend|frau frauen* damen* dame|mujer* senora* esposa"
    "|femme* dame*|donna donne signora|mulher* senhora*|vrouw* dames* dame|kadin* bayan*",
    "man": "man men mans mens gent gents male husband boyfriend|mann manner* herren*|hombre* caballero* marido"
    "|homme* monsieur mari|uomo uomini marito|homem homens marido|man mannen* heren*|erkek* bay",
    "family": "family families|famili*|famili*|famill*|famigli*|famili*|gezin* famil*|aile*",
    "gluten": "gluten gluten-free coeliac celiac|gluten* glutenfrei*|gluten celia*|gluten coeliaque*|glutine celia*|gluten"
    "|gluten* glutenvrij|gluten*",
    "vegan": "vegan vegans|vegan*|vegan*|vegan* vegetalien*|vegan*|vegan*|veganist* vegan*|vegan*",
    "vegetarian": "vegetarian* veggie veggies meat-free|vegetari* fleischlos|vegetarian*|vegetarien*|vegetarian*|vegetarian*"
    "|vegetari*|vejetaryen*",
    "allergy": "allerg*|allergi* unvertraglich*|alerg*|allerg*|allerg*|alerg*|allerg*|alerji*",
    "breakfast": "breakfast brekfast|fruhstuck*|desayun*|petit-dejeuner dejeuner|colazione|pequeno-almoco cafe-da-manha"
    "|ontbijt*|kahvalti*",
    "lunch": "lunch lunchtime midday|mittag* mittagessen|almuerzo comida menu|dejeuner midi|pranzo|almoco|lunch*|ogle*",
    "dinner": "dinner supper|abendessen|cena cenar|diner|cena|jantar|diner avondeten|aksam-yemegi",
    "menu": "menu menus dishes dish|speisekarte* gerichte gericht menu*|menu* carta plato*|menu* plat plats|menu piatt*"
    "|menu ementa prato*|menu* gerecht*|menu* yemek*",
    "room": "room rooms|zimmer*|habitacion*|chambre*|camera camere stanza|quarto*|kamer kamers|oda odalar*",
    "overnight": "overnight accommodation|ubernacht* fremdenzimmer unterkunft|alojamiento dormir|hebergement dormir"
    "|alloggi* dormire|alojamento dormir|overnacht*|konakla*",
    "checkin": "check-in checkin check-inn arrival|check-in anreise|check-in llegada|check-in arrivee|check-in arrivo"
    "|check-in chegada|check-in aankomst|check-in giris",
    "checkout": "check-out checkout departure|check-out abreise|check-out salida|check-out depart|check-out partenza"
    "|check-out saida|check-out vertrek|check-out cikis",
    "luggage": "luggage bags baggage suitcase*|gepack* koffer*|equipaje* maleta*|bagage* valise*|bagagl* valigi*|bagag* mala*"
    "|bagage koffer*|bagaj* valiz*",
    "pool": "pool pools swimming swim|schwimmbad pool hallenbad schwimmen|piscina* nadar|piscine* nager|piscin* nuot*"
    "|piscina* nadar|zwembad zwemmen|havuz* yuz*",
    "sauna": "sauna saunas|sauna*|sauna*|sauna*|sauna*|sauna*|sauna*|sauna*",
    "massage": "massage*|massage*|masaj*|massage*|massagg*|massagen*|massage*|masaj*",
    "smoking": "smoke smoking smoker*|rauch*|fum*|fum*|fum*|fum*|rok*|sigara*",
    "aircon": "air-con aircon air-conditioning air-conditioned ac|klimaanlage klimatisiert*|aire-acondicionado climatiz*"
    "|climatis*|climatizz* aria-condizionata|ar-condicionado climatiz*|airco*|klima*",
    "invoice": "invoice* receipt* bill|rechnung* beleg* quittung*|factura* recibo*|facture* recu|fattur* ricevut*"
    "|fatura* recibo*|factu* bon|fatura* makbuz",
    "warranty": "warrant* guarantee* guaranteed|garantie* gewahrleistung*|garantia*|garanti*|garanzi*|garantia*|garantie*"
    "|garanti*",
    "broken": "broken damaged faulty defective cracked smashed|kaputt* beschadigt* defekt*|roto rota dana* defectuos*"
    "|casse* abime* defectueu*|rott* dannegg* difettos*|partid* danificad* defeituos*|kapot* beschadigd defect"
    "|kirik* bozuk* hasarli",
    "repair": "repair* fix fixed fixing mend|reparier* reparatur*|repar*|repar*|ripar*|repar* consert*|repar* herstel*"
    "|tamir* onar*",
    "install": "install* fit fitted fitting|installier* montier* montage|instal*|install* pose|install* montagg*|instal*"
    "|install* montage|kurul* montaj",
    "spare": "spare parts part|ersatzteil* teile|repuesto* recambio*|pieces rechange|ricambi*|pecas sobressalente*"
    "|onderdel*|yedek",
    "account": "account|konto|cuenta|compte|account conto|conta|account|hesap*",
    "delete": "delete deleted erase remove removed removal|losch* entfern*|borr* elimin*|supprim* effac*|elimin* cancell*"
    "|apag* elimin* exclu*|verwijder* wissen|sil silmek kaldir*",
    "data": "data privacy gdpr records|daten* dsgvo|datos privacidad|donnees confidentialite|dati privacy|dados privacidade"
    "|gegevens privacy|veri* kisisel",
    "newsletter": "newsletter* unsubscribe subscribe mailing|newsletter* abmelden|boletin newsletter|newsletter* desabonn*"
    "|newsletter|newsletter boletim|nieuwsbrief*|bulten*",
    "voucher_code": "code codes coupon coupons|code codes gutscheincode*|codigo* cupon*|code codes|codice codici|codigo* cupom"
    "|code codes kortingscode*|kod kupon*",
    "member": "member members membership* subscription*|mitglied* abo abonnement*|cuota socio* abono* suscripcion*"
    "|abonn* adhe*|abbonament* soci iscri*|socio* mensalidade*|lid lidmaatschap* abonnement*|uye* uyelik* abonelik*",
    "trial": "trial try taster|probe* probier* schnupper*|prueba probar|essai essayer|prova provare|experimentar teste"
    "|proef* proberen|deneme*",
    "class": "class classes lesson* course courses|kurs kurse* unterricht* stunde|clase* curso*|cours|corso corsi lezion*"
    "|aula* curso*|les lessen cursus*|ders* kurs*",
    "trainer": "trainer* coach instructor*|trainer* lehrer*|entrenador* monitor*|entraineur* coach|allenator* istruttor*"
    "|treinador* instrutor*|trainer* instructeur*|egitmen* antrenor*",
    "locker": "locker* |schliessfach* spind*|taquilla*|casier*|armadiett*|cacifo*|kluis* locker*|dolap*",
    "shower": "shower*|dusche*|ducha*|douche*|doccia docce|chuveiro* duche*|douche*|dus",
    "towel": "towel*|handtuch* handtucher|toalla*|serviette*|asciugaman*|toalha*|handdoek*|havlu*",
    "emergency": "emergency emergencies urgent urgently out-of-hours|notfall* notdienst* dringend*|urgencia* urgente*"
    "|urgence* urgent*|emergenz* urgen*|emergencia* urgen*|spoed* nood*|acil*",
    "pain": "pain painful hurt hurts hurting ache aching toothache sore|schmerz* weh|dolor* duele*|douleur* mal|dolore* fa-male"
    "|dor dores doi|pijn*|agri* aci*",
    "afraid": "afraid scared nervous anxious anxiety fear phobia terrified|angst* nervos*|miedo nervios*|peur anxieu*"
    "|paura ansi*|medo nervos*|bang angst*|kork* endise*",
    "insurance": "insurance* insurer* insured waiver*|versicherung* krankenkasse*|seguro* aseguradora* mutua|assurance* mutuelle*"
    "|assicura*|seguro* seguradora*|verzeker*|sigorta*",
    "pregnant": "pregnan* expecting|schwanger*|embaraz*|enceinte* grossesse|incinta gravidanza|gravida* gravidez|zwanger*"
    "|hamile* gebe*",
    "newclient": "new-patients new-patient new-customers register registered registration|neupatient* anmeld*|nuevos registr*"
    "|nouveaux inscri*|nuovi registr*|novos registr*|nieuwe inschrij*|yeni kayit*",
    "complaint": "complain* complaint*|beschwer* reklam*|queja* reclam*|reclam* plaint* plaindre|reclam* lament*|reclam* queixa*"
    "|klacht* klagen|sikayet*",
    "unhappy": "unhappy dissatisfied dislike disappointed happy satisfied|unzufrieden zufrieden|insatisfech* satisfech*"
    " content*|mecontent* satisfait* content*|insoddisfatt* soddisfatt*|insatisfeit* satisfeit*|ontevreden tevreden"
    "|memnun*",
    "language": "language* speak speaks spoken|sprache* sprechen spricht sprecht|idioma* habla*|langue* parle*|lingu* parla*"
    "|lingua* idioma* fala*|taal talen spreek* spreken|dil* konus*",
    "wedding": "wedding* bridal bride* bridesmaid* married marry|hochzeit* braut* heirat*|boda* novia* casar*|mariage* mariee"
    " marier|matrimoni* spos* nozze|casament* noiva* casar|bruiloft* bruid* trouw*|dugun* gelin* evlen*",
    "party": "party parties celebration* celebrate event events function|feier* fest feste party veranstaltung*|fiesta* evento*"
    " celebr*|fete* soiree* evenement*|festa feste event*|festa* evento*|feest* partij evenement*|parti* kutlama* etkinlik*",
    "meeting": "meeting* conference* seminar*|tagung* konferenz* seminar* besprechung*|reunion* conferencia*|reunion* conference*"
    " seminaire*|riunion* conferen*|reuniao reunioes conferencia*|vergader* conferentie*|toplanti* konferans*",
    "holiday": "holiday holidays christmas xmas easter bank-holiday new-year|feiertag* weihnacht* ostern silvester urlaub"
    " betriebsferien ferien|festivo* navidad* vacaciones|jour-ferie ferie* noel vacances|festiv* natale vacanz* ferie"
    "|feriado* natal ferias|feestdag* kerst* vakantie*|tatil* bayram* noel",
    "walkin": "walk-in walk-ins walkin* drop-in drop-ins|ohne-termin|sin-cita|sans-rendez-vous|senza-appuntamento|sem-marcacao"
    "|zonder-afspraak inloop|randevusuz",
    "product": "product products brand brands|produkt* marke marken|producto* marca*|produit* marque*|prodott* march*"
    "|produto* marca*|product* merk merken|urun* marka*",
    "colour": "colour* color* dye* tint|farb* farbe*|tinte* tenir color*|couleur* coloration*|color* tint*|cor pintar colorac*"
    "|kleur* verven|renk* boya*",
    "highlights": "highlight* hilight* streaks|strahnchen strahnen|mechas reflejos|meches|meches colpi-di-sole|madeixas"
    "|highlights|rofle",
    "cut": "cut cuts cutting|schnitt* schneid*|cort*|coup*|tagli*|cort*|knip*|kes*",
    "hair": "hair hairs|haar haare*|pelo cabello*|cheveu*|capell*|cabelo*|haar haren|sac saclar*",
    "beard": "beard* moustache shave|bart bart-* rasur rasier*|barba*|barbe*|barba*|barba*|baard*|sakal*",
    "nail": "nail nails|nagel*|manicura unas-de-gel|ongle*|unghi*|unha*|nagel*|tirnak*",
    "makeup": "make-up makeup|make-up makeup schmink*|maquilla*|maquilla*|trucco|maquilha* maquiagem|make-up|makyaj*",
    "wax": "wax waxing waxed|wachs* waxing|cera depil*|epil* cire|ceretta depil*|depil* cera|wax* ontharen|agda",
    "tooth": "tooth teeth dental|zahn zahne* zahn-*|diente* muela* dental*|dent dents dentaire*|dent* |dente* |tand tanden"
    " kies|dis disler* dis-*",
    "filling": "filling*|fullung*|empaste*|plombage* obturation|otturaz*|obturac* chumbo|vulling*|dolgu*",
    "crown": "crown*|krone kronen|corona* funda|couronne*|coron*|coroa*|kroon kronen|kuron* kaplama",
    "implant": "implant*|implant*|implante*|implant*|impiant*|implante*|implant*|implant*",
    "cleaning": "clean cleans cleaning cleaned polish hygiene hygienist* hygenist|reinig* putz* sauber* prophylaxe|limpi*"
    "|nettoy* detartrage|puli*|limpe* limpa*|schoonmaak* reinig*|temizl*",
    "checkup": "check-up checkup check-ups checkups examination* exam|vorsorge* kontrolle kontrolluntersuchung*|revision*"
    "|controle visite-de-controle|controllo visita|consulta check-up|controle|kontrol muayene*",
    "extraction": "extraction* pulled pull|ziehen gezogen extraktion|extraccion* sacar|extraction* arracher|estrazion*"
    "|extrac* arrancar|trekken getrokken|cekim*",
    "whitening": "whiten* bleach*|bleaching aufhell*|blanque*|blanchi*|sbianca*|branque*|bleken|beyazlat*",
    "brace": "brace braces aligner* orthodont* invisalign straighten*|zahnspange* spange|brackets ortodon*|appareil-dentaire"
    " orthodon*|apparecchio ortodon*|aparelho ortodon*|beugel* orthodon*|tel-tel ortodon*",
    "anaesthetic": "anaesthe* anesthe* numb numbs numbed numbing numbness injection* sedat*|betaub* narkose* spritze*|anestesi* inyeccion*|anesthesi* piqure"
    "|anestesi*|anestesi*|verdov* narcose|anestezi* uyustur*",
    "xray": "x-ray x-rays xray xrays|rontgen*|radiografi*|radio radios radiographie*|radiografi*|radiografi* raio-x|rontgen*"
    "|rontgen*",
    "job": "job jobs hiring vacanc* career* recruit* apply|job jobs stellen* bewerb* ausbildung* mitarbeiter-gesucht|empleo*"
    " vacante* trabajar|emploi* recrut* embauch*|lavorar* assum*|emprego* vaga* trabalhar|vacature* werken-bij sollicit*"
    "|is-ilan* eleman",
    "rent": "rent rental rents hire hiring-out lease|miet* verleih* leihen ausleih*|alquil*|louer location loue*|nolegg* affitt*"
    "|alug*|huur* huren|kirala*",
    "free": "free gratis complimentary|kostenlos* gratis umsonst|gratis gratuit*|gratuit*|gratis gratuit*|gratis gratuit*"
    "|gratis|ucretsiz bedava",
    "included": "included include includes inclusive|inklusive enthalten inbegriffen dabei|incluid* incluy*|compris* inclus*"
    "|inclus* compres*|incluid* inclui*|inbegrepen inclusief|dahil*",
    "minimum_age": "age aged|alter mindestalter|edad anos|age ans|eta anni|idade anos|leeftijd jaar|yas*",
    "weekend": "weekend weekends|wochenende*|fin-de-semana|week-end weekend|fine-settimana weekend|fim-de-semana|weekend*"
    "|hafta-sonu",
    "monday": "monday* mon|montag* mo|lunes|lundi*|lunedi|segunda-feira segunda|maandag*|pazartesi",
    "tuesday": "tuesday* tue tues|dienstag* di|martes|mardi*|martedi|terca-feira terca|dinsdag*|sali",
    "wednesday": "wednesday* wed|mittwoch* mi|miercoles|mercredi*|mercoledi|quarta-feira quarta|woensdag*|carsamba",
    "thursday": "thursday* thu thurs|donnerstag* do|jueves|jeudi*|giovedi|quinta-feira quinta|donderdag*|persembe",
    "friday": "friday* fri|freitag* fr|viernes|vendredi*|venerdi|sexta-feira sexta|vrijdag*|cuma",
    "saturday": "saturday* sat|samstag* sonnabend* sa|sabado*|samedi*|sabato|sabado*|zaterdag*|cumartesi",
    "sunday": "sunday* sun|sonntag* so|domingo*|dimanche*|domenica|domingo*|zondag*|pazar",
    "january": "january|januar*|enero|janvier|gennaio|janeiro|januari|ocak",
    "august": "august|august|agosto|aout|agosto|agosto|augustus|agustos",
    "december": "december|dezember|diciembre|decembre|dicembre|dezembro|december|aralik",
    "answer": "answer* reply replies respond* response*|antwort* ruckmeld*|respond* respuesta|repond* reponse*|rispo*|respo*"
    "|antwoord* reageren|cevap* yanit*",
    "website": "website online web site|webseite* online homepage|web online pagina|site internet en-ligne|sito online"
    "|site online|website online|web-site* internetten",
    "visit": "visit|besuch*|visita*|visite*|visita*|visita*|bezoek*|ziyaret*",
    "showroom": "showroom shop shops store stores premises|ausstellung* ladengeschaft* laden|tienda*|magasin* boutique*|negozio|loja"
    "|winkel showroom|magaza*",
    "pickup": "collect collection pickup pick-up|abhol*|recog*|retirer retrait|ritir*|levant* recolh*|ophalen afhalen|teslim-al*",
    "stock": "stock in-stock available availability|verfugbar* vorratig|disponib*|disponib* stock|disponib*|disponiv*"
    "|voorraad beschikbaar|stok* mevcut",
    "recycle": "recycl* dispose disposal|entsorg* recycl*|recicl*|recycl*|ricicl*|recicl*|recycl*|geri-donusum",
}

# Several words that mean one thing, English and others, over folded text. The longer first.
PHRASES: tuple[tuple[str, str], ...] = (
    (r"\bfor how long\b|\bhow (?:long|many (?:minutes|hours))\b|\bhow much time\b|\bwie lange\b|\bcuanto tiempo\b"
     r"|\bcombien de temps\b|\bquanto tempo\b|\bhoe lang\b|\bne kadar sur\w*", " duration "),
    (r"\bhow (?:much|expensive)\b|\bset me back\b|\bwhat do (?:you|i) (?:charge|pay)\b|\b(?:have|need) to pay\b|\bstarting price\b|\bwie ?viel kost\w*|\bwie teuer\b"
     r"|\bcuanto (?:cuesta|vale|cobra\w*|es)\b|\bcombien (?:coute|ca coute|est)\w*|\bquanto (?:costa|custa)\b"
     r"|\bhoe ?veel kost\b|\bne kadar\b", " price "),
    (r"\b(?:opening|business|office|working) (?:hours|times)\b|\bwhat (?:time|hours)\b|\buntil when\b|\bhow late\b"
     r"|\bwhat days\b|\ba que hora\b|\bquelle heure\b|\bche ora\b|\bque horas\b|\bhoe laat\b|\bsaat kac\w*"
     r"|\bbis wann\b|\bab wann\b|\bwann .{0,20}\b(?:auf|offen|geoffnet)\b|\bmacht .{0,20}\bauf\b", " hours "),
    (r"\bhow (?:do|can|would) (?:i|we) (?:find|get to)\b|\bfind you\b|\bget to (?:you|your)\b", " where "),
    (r"\b(?:every ?day|daily|taglich|todos los dias|cada dia|tous les jours|ogni giorno|tutti i giorni|todos os dias"
     r"|elke dag|dagelijks|her gun)\b",
     " monday tuesday wednesday thursday friday saturday sunday "),
    (r"\bbank holidays?\b|\bpublic holidays?\b|\bnew year(?:'?s(?: (?:day|eve))?)?\b|\bboxing day\b", " holiday "),
    (r"\b(?:free|no) of charge\b|\bfor free\b|\bno cost\b|\bsin coste\b", " free "),
    (r"\b(?:send|give|bring|post|mail)(?: \w+){0,3} back\b", " return "), (r"\bcloakroom\b", " luggage "),
    (r"\bbring back\b|\bsend back\b", " return "), (r"\b(?:call|move|push) (?:\w+ )?(?:off|forward|back)\b", " cancel "),
    (r"\b(?:move|change) (?:my|an|the|our) (?:appointment|booking|reservation|slot)\b", " cancel book "),
    (r"\bmoney back\b|\bgeld zuruck\b", " refund "),
    (r"\bwalk[- ]?ins?\b|\bdrop in\b|\b(?:turn|show) up unannounced\b|\bwithout (?:an? )?(?:appointment|booking)\b"
     r"|\bjust (?:walk|come|drop) in\b|\bwalk in\b", " walkin "),
    (r"\bno[- ]shows?\b|\bdo not come\b|\bdon'?t come\b|\b(?:not|n't|dont)\b.{0,12}\b(?:turn|show) up\b|\bnicht erscheinen?\b|\bmiss(?:ed)? (?:my|an|the) (?:appointment|booking|visit)\b"
     r"|\bmissed visits?\b", " noshow "),
    (r"\bhair ?cuts?\b|haarschnitt\w*|\bcorte de pelo\b", " hair cut "), (r"parkplatz\w*|parkplatze\w*", " parking "),
    (r"\bget in touch\b", " contact "),
    (r"\b(?:how|what) old\b|\bold enough\b|\b(?:years?|yrs?|months?)[- ]olds?\b|\b\d{1,2} ?y/?o\b|\bwie alt\b|\bjahren? alt\b"
     r"|\b(?:ab|unter|uber|bis|von) \d{1,2} jahren?\b|\balt genug\b", " minimum_age "),
    (r"\b(?:stay|sleep)(?:ing)? (?:over|the night|at yours)\b|\bfor the night\b", " overnight "),
    (r"\b(?:special|current) offers?\b|\bon offer\b|\b(?:any|an) offers?\b", " discount "),
    (r"\b(?:you|u|we|they|shop) (?:also )?(?:offer|stock|carry)\b", " "),
    (r"\b(?:at|in|from|to|into|inside|by|visit) (?:the|your|ur) (?:shop|store|premises)\b", " "),
    (r"\b(?:error|door|post|zip|dress|country|area|entry) ?codes?\b", " "),
    (r"\bflat (?:tyre|tire)s?\b", " tyre "),
    (r"\bspread (?:the |my |our )?(?:costs?|payments?)\b|\bpay (?:\w+ )?(?:monthly|in parts|bit by bit)\b", " instalment "),
    (r"\bfin de semana\b|\bfim de semana\b|\bfine settimana\b|\bhafta sonu\b", " weekend "),
    (r"\b(?:leave|put|stand|park) (?:the|my|our|a) car\b", " parking "),
    (r"\bpick(?:ed)? up\b", " pickup "),
    (r"\bcheck(?:ing)? in\b", " checkin "), (r"\bcheck(?:ing)? out\b", " checkout "),
    (r"\bair con(?:ditioning|ditioned)?\b", " aircon "),
    (r"\b(?:american express|amex)\b", " amex card "), (r"\bapple pay\b", " applepay "), (r"\bgoogle pay\b", " googlepay "),
    (r"\bgift (?:cards?|vouchers?)\b", " gift "), (r"\bcar parks?\b", " parking "),
    (r"\bsilla de ruedas\b", " wheelchair "), (r"\bsin cita\b|\bsans rendez[- ]vous\b|\bohne termin\b", " walkin "),
    (r"\bpetits?[- ]dejeuners?\b|\bcafe da manha\b", " breakfast "), (r"\bmot de passe\b", " password "),
    (r"\b(?:over the internet|on the internet|on the web)\b", " website "),
)  # fmt: skip

# Things of which one does not stand for the other: asked about one of them, an answer must know that one.
CONTRARY: tuple[frozenset[str], ...] = (
    frozenset({"man", "woman", "child", "teenager", "senior", "student", "adult", "family"}),
    frozenset({"dog", "cat"}),
    frozenset({"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "holiday"}),
    frozenset({"breakfast", "lunch", "dinner"}),
    frozenset({"vegan", "vegetarian", "gluten"}),
    frozenset(
        {
            "card",
            "cash",
            "paypal",
            "crypto",
            "cheque",
            "transfer",
            "applepay",
            "googlepay",
            "amex",
            "klarna",
            "bizum",
            "twint",
        }
    ),
    frozenset({"card", "invoice", "instalment", "deposit", "gift", "voucher_code"}),
    frozenset({"return", "exchange", "refund", "cancel", "noshow", "late", "warranty"}),
    frozenset({"car", "bike", "bus", "train"}),
    frozenset({"student", "senior", "member"}),
    frozenset({"filling", "crown", "implant", "extraction", "whitening", "brace", "cleaning", "checkup"}),
    frozenset({"book", "cancel"}),
    frozenset({"checkin", "checkout"}),
)
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
