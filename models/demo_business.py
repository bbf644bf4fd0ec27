"""The business a fresh machine starts with: a hair and beauty salon that does not exist. Data only.

Its phone number and e-mail domain are reserved for fiction and reach nobody.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DemoProfile:
    """What the tenant's configuration starts with. `hours`: (day, opens, closes), local; a missing day is closed."""

    name: str
    facts: str
    time_zone: str
    region: str
    language: str
    tone: str
    hours: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class DemoEntry:
    """One question the salon is asked, and its answer."""

    question: str
    answer: str


PROFILE = DemoProfile(
    name="Linden Hair & Beauty",
    facts=(
        "Linden Hair & Beauty is a hair and beauty salon at 14 Linden Street, Manchester M4 5JD, England. "
        "Phone 0161 496 0142, e-mail hello@lindenhair.example. "
        "Owner: Maya Okafor. Stylists: Maya, Tom and Priya. Beautician: Elena. "
        "Opening hours: Tuesday to Friday 9:00 to 18:00, Thursday until 20:00, Saturday 9:00 to 16:00, "
        "closed on Sunday and Monday."
    ),
    time_zone="Europe/London",
    region="GB",
    language="en",
    tone="Warm and brief, like a friendly receptionist. No slang, no emoji.",
    hours=(
        ("tuesday", "09:00", "18:00"),
        ("wednesday", "09:00", "18:00"),
        ("thursday", "09:00", "20:00"),
        ("friday", "09:00", "18:00"),
        ("saturday", "09:00", "16:00"),
    ),
)

ENTRIES: tuple[DemoEntry, ...] = (
    DemoEntry(
        "What are your opening hours?",
        "We are open Tuesday to Friday from 9:00 to 18:00, on Thursday until 20:00, and on Saturday from 9:00 to "
        "16:00. We are closed on Sunday and Monday.",
    ),
    DemoEntry(
        "Are you open on bank holidays?",
        "We are closed on bank holidays, and from 24 December to 1 January. Changed hours are announced on our door.",
    ),
    DemoEntry(
        "Where are you, and how do I find you?",
        "You find us at 14 Linden Street, Manchester M4 5JD, between the bakery and the library. The tram stop "
        "Shudehill is a five-minute walk away.",
    ),
    DemoEntry(
        "Is there parking nearby?",
        "There is a public car park in Tib Street, two minutes on foot, at £3 an hour. We have no parking spaces of "
        "our own, but you can lock your bike in front of the salon.",
    ),
    DemoEntry(
        "How can I contact you by phone or e-mail?",
        "Call us on 0161 496 0142 during opening hours or write to hello@lindenhair.example. We answer e-mails "
        "within one working day.",
    ),
    DemoEntry(
        "How much is a women's haircut?",
        "A women's cut with wash and blow-dry costs £48. A dry cut costs £38.",
    ),
    DemoEntry(
        "How much is a men's haircut?",
        "A men's haircut costs £28, with wash £32. A beard trim is £14.",
    ),
    DemoEntry(
        "How much is a children's haircut?",
        "A haircut for children up to 12 years costs £18. Teenagers from 13 to 17 pay £24.",
    ),
    DemoEntry(
        "What does colouring or highlights cost?",
        "A full colour starts at £65 and a root touch-up at £45. Half-head highlights cost £80, a full head £110, "
        "and balayage starts at £130. The exact price depends on length, and we tell you before we start.",
    ),
    DemoEntry(
        "Do I need a patch test before a colour treatment?",
        "Yes, we do a free patch test at least 48 hours before your first colour with us. It takes five minutes and "
        "needs no appointment.",
    ),
    DemoEntry(
        "How long does an appointment take?",
        "Plan 45 minutes for a cut, two hours for a full colour and up to three and a half hours for balayage.",
    ),
    DemoEntry(
        "What does a manicure or pedicure cost?",
        "A classic manicure costs £26 and a gel manicure £36. A pedicure costs £38. Removing old gel is £10.",
    ),
    DemoEntry(
        "Do you offer facials and waxing?",
        "Yes, Elena does both. A 60-minute facial costs £55, a half-leg wax £22 and an eyebrow wax £12.",
    ),
    DemoEntry(
        "Do you do bridal hair and make-up?",
        "Yes. Bridal hair with a trial costs £150, make-up with a trial £95. We come to you within 20 miles for an "
        "extra £40. Please ask at least three months ahead.",
    ),
    DemoEntry(
        "How do I book an appointment?",
        "You can book by phone, by e-mail or here in the chat: tell us the treatment, the day and a time that suits "
        "you. We confirm every appointment by text message.",
    ),
    DemoEntry(
        "Can I come without an appointment?",
        "Walk-ins are welcome for dry cuts and beard trims on Tuesday and Wednesday. For everything else you need an "
        "appointment.",
    ),
    DemoEntry(
        "What is your cancellation policy?",
        "You can cancel or move an appointment free of charge up to 24 hours before. After that we charge 50 % of the "
        "price, and the full price if you do not come.",
    ),
    DemoEntry(
        "What happens if I am late?",
        "Please call us. Up to 15 minutes are no problem; after that we may have to shorten the treatment or find a "
        "new time.",
    ),
    DemoEntry(
        "Do I have to pay a deposit?",
        "For colour treatments over £100 and for bridal bookings we take a deposit of £30. It is taken off your bill.",
    ),
    DemoEntry(
        "How can I pay?",
        "We take cash, debit and credit cards, Apple Pay and Google Pay. We do not take American Express or cheques.",
    ),
    DemoEntry(
        "Do you sell gift cards?",
        "Yes, gift cards from £20 are sold in the salon and by e-mail. They are valid for 24 months and cannot be "
        "exchanged for cash.",
    ),
    DemoEntry(
        "Do you have discounts for students or seniors?",
        "Students and people over 65 get 15 % off cuts on Tuesday and Wednesday. Please bring your card.",
    ),
    DemoEntry(
        "What if I am not happy with my haircut?",
        "Tell us within seven days and we put it right free of charge. We do not refund treatments.",
    ),
    DemoEntry(
        "Can I return products I bought?",
        "Unopened products can be returned within 14 days with the receipt, for a full refund.",
    ),
    DemoEntry(
        "Which products do you use?",
        "We work with Davines and Olaplex. Both are cruelty-free, and you can buy them in the salon.",
    ),
    DemoEntry(
        "Is the salon wheelchair accessible?",
        "Yes, the entrance is step-free, one washbasin is height-adjustable and there is an accessible toilet.",
    ),
    DemoEntry(
        "Can I bring my dog or my children?",
        "Small, calm dogs are welcome. For children we have a corner with toys, but nobody who can look after them.",
    ),
    DemoEntry(
        "Which languages do you speak?",
        "We speak English and French; Priya also speaks Hindi and Elena Italian.",
    ),
)
