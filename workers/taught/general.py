"""What people say to a bot that is no business's own subject, in several languages: out-of-scope examples for a tenant that
gives few or none. A sentence that comes near a tenant's own examples does not count there.
"""

from __future__ import annotations

_TEXT = """
how many planets are there in the solar system
who won the world cup in nineteen ninety eight
what is the capital of mongolia
why is the sky blue
how tall is mount everest
what does the word ubiquitous mean
write me a poem about autumn
who was the first person on the moon
can you solve this equation for me
what is the meaning of life
which team is leading the league this season
how do volcanoes form
tell me something about the roman empire
what is the latest news about the election
how many calories does a banana have
can dogs eat chocolate
who directed that film about the sinking ship
what is the boiling point of water at high altitude
how do i fix a flat bicycle tyre
which programming language should i learn first
what happened to the dinosaurs
sing me a song
do you dream at night
what should i wear to a wedding
my neighbour plays the drums all night
i cannot sleep because of the heat
the train was full this morning
my cat is afraid of the vacuum cleaner
i think it will be a long winter
my grandmother used to live by the sea
what do you think about politics
how does a jet engine work
how long do elephants live
who painted the ceiling of that chapel in rome
what is the square root of two hundred
is there life on other planets
what is a good name for a goldfish
how do i get red wine out of a carpet
when did the second world war end
how is cheese made
who is the richest person in the world
explain photosynthesis to a child
what is the plot of that famous novel about the whale
how do i train for a marathon
asdf qwer zxcv
blah blah blah
i have no idea what to write here
this is just a test, ignore it
that is not what my brother said
the red one on the left, next to the other
¿cuál es la montaña más alta de américa?
¿quién escribió ese libro sobre los molinos de viento?
¿por qué el cielo es azul?
ayer vi una película muy larga
¿cuántos habitantes tiene japón?
mi perro no quiere comer
¿qué opinas de la política?
pourquoi la mer est-elle salée ?
qui a peint ce tableau avec les tournesols ?
combien de pays y a-t-il en afrique ?
mon voisin chante sous la douche
raconte-moi une histoire de pirates
quel est le sens de la vie ?
il a neigé toute la nuit chez nous
warum ist der himmel blau?
wie viele planeten gibt es?
wer hat das telefon erfunden?
meine katze schläft den ganzen tag
schreib mir ein gedicht über den herbst
wie alt werden schildkröten?
gestern stand ich zwei stunden im stau
por que os gatos ronronam?
qual é a capital da austrália?
quem descobriu o caminho marítimo para a índia?
ontem choveu o dia inteiro
quantos jogadores tem um time de vôlei?
o que você acha da política?
perché le foglie diventano gialle?
chi ha dipinto quel soffitto famoso?
quanto è alta la torre più alta del mondo?
mio fratello suona la batteria
scrivimi una poesia sul mare
waarom is de lucht blauw?
hoeveel provincies heeft nederland?
mijn fiets is gisteren gestolen
wie was de eerste mens op de maan?
vertel me een verhaal over een draak
gökyüzü neden mavidir?
dünyanın en uzun nehri hangisi?
kedim bütün gün uyuyor
bana deniz hakkında bir şiir yaz
ay'a ilk kim ayak bastı?
"""
SENTENCES: tuple[str, ...] = tuple(line for line in _TEXT.splitlines() if line)
