"""Questions that every business is asked, with answers as businesses give them.

A tenant's search leans on them while its own are few.
"""

from __future__ import annotations

PAIRS: tuple[tuple[str, str], ...] = (
    ("What are your opening hours?", "We are open on weekdays from nine to six and on Saturdays until two."),
    (
        "Where are you located?",
        "You find us in the High Street, next to the post office, two minutes from the station.",
    ),
    ("How can I contact you?", "Call us or write an e-mail. We answer within one working day."),
    ("How much does it cost?", "The price depends on what you need. We make you an offer before we begin."),
    ("Which payment methods do you accept?", "You can pay in cash, by card or by bank transfer."),
    ("Can I cancel my booking?", "Bookings can be cancelled free of charge up to a day before."),
    ("Can I return what I bought?", "Unused goods are taken back within two weeks with the receipt."),
    ("How long does delivery take?", "Orders leave our warehouse within a day and arrive two or three days later."),
    ("Do you deliver to other countries?", "We ship to most of Europe. Duties are added for other destinations."),
    ("Is there parking?", "There are free spaces behind the building and a car park round the corner."),
    ("Do I need an appointment?", "Please book ahead; without an appointment you may have to wait."),
    ("Do you offer gift vouchers?", "Vouchers of any amount are sold at the counter and online."),
    ("Do you give discounts?", "Students and pensioners pay a tenth less on weekdays."),
    ("I forgot my password, what can I do?", "Choose the link under the sign-in form and a new one is mailed to you."),
    ("How do I change my account details?", "Sign in, open the settings and edit your data there."),
    ("Is my data safe with you?", "Personal data is stored encrypted and never passed on to others."),
    ("Who can I talk to if something is wrong?", "Our team looks at every complaint and calls you back."),
    ("How do I sign up?", "Fill in the form with your name and address and confirm it by e-mail."),
    ("Are children welcome?", "Families are welcome, and there is a corner with toys."),
    ("Is there a guarantee?", "Everything we sell and repair is covered for two years."),
    ("Why was I charged twice?", "A second entry is usually a reservation that disappears after some days."),
    ("What should I bring?", "Comfortable clothes and an identity card are enough."),
    ("Are you hiring?", "Open positions are listed on our page; send us your application."),
    ("Do you have vegetarian options?", "Several dishes are made without meat, and the kitchen knows about allergies."),
)
