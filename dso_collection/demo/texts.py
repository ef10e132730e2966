"""What the demo companies sell, and what collectors and customers say."""

#: key: (type, price in euros, English, French, German)
PRODUCTS = {
    "paper": (
        "consu",
        24.90,
        "Copy paper A4, box of 5 reams",
        "Papier A4, carton de 5 ramettes",
        "Kopierpapier A4, Karton mit 5 Paketen",
    ),
    "toner": ("consu", 89.00, "Laser toner, black", "Toner laser noir", "Lasertoner, schwarz"),
    "gloves": (
        "consu",
        11.80,
        "Nitrile gloves, box of 100",
        "Gants nitrile, boîte de 100",
        "Nitrilhandschuhe, 100 Stück",
    ),
    "boxes": (
        "consu",
        64.00,
        "Archive boxes, pack of 50",
        "Boîtes d'archives, lot de 50",
        "Archivboxen, 50 Stück",
    ),
    "cleaning": (
        "consu",
        76.00,
        "Cleaning supplies, monthly kit",
        "Produits d'entretien, lot mensuel",
        "Reinigungsmittel, Monatspaket",
    ),
    "shoes": (
        "consu",
        92.00,
        "Safety shoes S3",
        "Chaussures de sécurité S3",
        "Sicherheitsschuhe S3",
    ),
    "cabinet": ("consu", 128.00, "First-aid cabinet", "Armoire à pharmacie", "Erste-Hilfe-Schrank"),
    "lamp": ("consu", 59.50, "LED work light", "Lampe de travail LED", "LED-Arbeitsleuchte"),
    "shelf": (
        "consu",
        214.00,
        "Steel shelving, 5 levels",
        "Rayonnage acier, 5 niveaux",
        "Stahlregal, 5 Böden",
    ),
    "chair": (
        "consu",
        389.00,
        "Office chair, ergonomic",
        "Fauteuil de bureau ergonomique",
        "Bürostuhl, ergonomisch",
    ),
    "trolley": (
        "consu",
        498.00,
        "Workshop trolley, 7 drawers",
        "Servante d'atelier, 7 tiroirs",
        "Werkstattwagen, 7 Schubladen",
    ),
    "desk": (
        "consu",
        749.00,
        "Height-adjustable desk 160 × 80",
        "Bureau réglable en hauteur 160 × 80",
        "Höhenverstellbarer Schreibtisch 160 × 80",
    ),
    "printer": (
        "consu",
        3850.00,
        "Multifunction printer A3",
        "Imprimante multifonction A3",
        "Multifunktionsdrucker A3",
    ),
    "meeting": (
        "consu",
        5640.00,
        "Meeting room furniture, set of 12 seats",
        "Mobilier de salle de réunion, 12 places",
        "Konferenzmöbel, 12 Plätze",
    ),
    "delivery": (
        "service",
        145.00,
        "Delivery and installation",
        "Livraison et installation",
        "Lieferung und Aufbau",
    ),
    "hour": (
        "service",
        78.00,
        "Technician on site, per hour",
        "Technicien sur site, à l'heure",
        "Techniker vor Ort, je Stunde",
    ),
    "coffee": (
        "service",
        119.00,
        "Coffee machine rental, month",
        "Location machine à café, mensuelle",
        "Miete Kaffeemaschine, Monat",
    ),
    "maintenance": (
        "service",
        1290.00,
        "Maintenance contract, quarter",
        "Contrat de maintenance, trimestre",
        "Wartungsvertrag, Quartal",
    ),
}

#: (customer, share of its overdue amount or an amount, memo) of payments nobody could allocate.
UNALLOCATED = [
    ("vauclair", 1250.00, "VIR SEPA TRANSPORTS VAUCLAIR ACOMPTE"),
    ("valmorins", 2310.75, "TRESORERIE HOSPITALIERE MANDAT 4471"),
    ("belloc", 500.00, "VIR CONSTRUCTIONS BELLOC"),
    ("hollerbach", 4800.00, "SEPA-GUTSCHRIFT HOLLERBACH RG DIVERSE"),
    ("gruenwerk", 350.00, "SEPA-GUTSCHRIFT OHNE VERWENDUNGSZWECK"),
    ("lakeshore", 900.00, "WIRE LAKESHORE IMAGING ON ACCOUNT"),
    ("oakhurst", 640.00, "BACS OAKHURST BC REMITTANCE TO FOLLOW"),
]

#: (customer, months ago, what the old system called it, amount, paid since)
OPENING_BALANCES = [
    ("hautecoeur", 9, "F24-0871", 3264.00, 0.0),
    ("hautecoeur", 9, "F24-0902", 1180.80, 500.0),
    ("rautenberg", 9, "F24-0944", 2750.00, 0.0),
]

CREDIT_REASONS = [
    "Goods returned",
    "Price difference",
    "Quantity short on delivery",
    "Volume rebate",
    "Damaged in transport",
    "Invoiced twice",
]

#: Calls: (result, what the collector noted)
CALLS = [
    ("promise", "Will be in Thursday's payment run, asks for a copy of the oldest invoice."),
    ("message", "Voice mail. Left my direct number."),
    ("reached", "The invoice was with the site manager for approval; approved today."),
    ("no_answer", "Nobody at the desk before 10. Try again in the afternoon."),
    ("other", "The accountant is on leave until Monday, her stand-in knows nothing of it."),
    ("reached", "They need the delivery note. Sent by e-mail right after the call."),
    ("promise", "Two invoices leave at the end of the month, the third after the credit note."),
    ("reached", "Says the transfer was made yesterday; asked for the bank's confirmation."),
    ("promise", "Cash is short until their own customer pays. Offers half now, half in a month."),
    ("wrong_number", "Switchboard: accounts payable moved, new number noted in the contact."),
    ("dispute", "Says the lamps were not what was ordered; asked for it in writing."),
]

#: Promises: (days from today to the promised date, comment)
PROMISES = [
    (9, "Transfer announced for the next payment run."),
    (3, "Will pay the oldest invoice this week."),
    (16, "Pays as soon as the subsidy has arrived."),
    (-5, "Promised by telephone, confirmed by e-mail."),
    (5, "Cheque is signed, leaves with tonight's post."),
    (12, "Half now, the rest in two weeks."),
]

#: Disputes: (status, comment)
DISPUTES = [
    ("status_dispute_quality", "Two desks arrived with scratched tops; photos received."),
    ("status_dispute_price", "Says the quotation gave 8 % off. Sales is checking."),
    ("status_dispute_missing", "One parcel of four is missing, carrier asked to trace it."),
    ("status_dispute_admin", "Order number missing on the invoice, wants it issued again."),
]

#: Promises of the past: (what came of it, comment)
PAST_PROMISES = [
    ("kept", "Transfer is in tonight's payment run."),
    ("kept", "Pays with the invoices of the month."),
    ("broken", "Sure that it leaves this week."),
    ("kept", "Manager signs on Thursday."),
    ("kept", "Will be paid with the next one."),
    ("broken", "Waits for a payment of their own customer."),
    ("kept", "Payment is released, value date tomorrow."),
    ("kept", "The cheque is on its way."),
    ("broken", "New bank, transfers are delayed."),
    ("kept", "Accounts payable confirmed the date."),
    ("kept", "Pays as soon as the director is back on Monday."),
    ("kept", "Instalment as agreed with sales."),
]

#: Promised, and paid in part only.
PARTLY_KEPT = [
    "Pays what they have on the account now.",
    "All of it by the end of the week.",
    "Two transfers, both this week.",
]

#: Disputes of the past: (status, days until it was resolved, complaint, solution)
PAST_DISPUTES = [
    ("status_dispute_price", 4, "Discount of the contract is missing.", "Credit note agreed."),
    ("status_dispute_admin", 2, "Order number is missing.", "Invoice sent again."),
    ("status_dispute_missing", 9, "One box did not arrive.", "Carrier delivered it."),
    ("status_dispute_quality", 12, "A drawer does not close.", "Repaired on the spot."),
    ("status_dispute_price", 7, "Quantity scale not applied.", "Price confirmed by sales."),
    ("status_dispute_admin", 3, "Wrong address of the payer.", "Address corrected."),
    ("status_dispute_missing", 6, "Assembly kit is missing.", "Sent by parcel."),
]

ONGOING = [
    "Statement sent, waiting for their reconciliation.",
    "Approval is under way, next committee on Tuesday.",
    "The new accountant takes over the file.",
]

LITIGATION = "Handed over to the lawyer with the formal notice and its receipt."

IGNORED = "Cash difference, not worth a letter."

#: Actions out of scenario still to do: (customer, type, days from today, subject)
MANUAL_ACTIONS = [
    ("vauclair", "call", -1, "Ask which invoices the payment on account is for"),
    ("valmorins", "call", 0, "Ask the paying office for the dates of the two orders"),
    ("hollerbach", "call", 0, "Clarify the payment without reference"),
    ("hautecoeur", "call", 2, "Introduce ourselves to the new accountant"),
    ("rautenberg", "call", 5, "Check that the opening balance agrees with theirs"),
]

#: Steps of the scenario of small accounts: name and values; those of "_id" are XML ids.
SMALL_STEPS = [
    (
        "First reminder",
        {
            "action_type": "email",
            "trigger": "due_date",
            "delay": 5,
            "automatic": True,
            "mail_template_id": "mail_template_reminder_1",
        },
    ),
    (
        "Text message",
        {
            "action_type": "sms",
            "trigger": "due_date",
            "delay": 12,
            "automatic": True,
            "sms_template_id": "sms_template_reminder",
        },
    ),
    (
        "Reminder by post",
        {
            "action_type": "letter",
            "trigger": "previous_action",
            "delay": 8,
            "letter_template_id": "letter_template_reminder",
        },
    ),
    (
        "Phone call",
        {
            "action_type": "call",
            "trigger": "previous_action",
            "delay": 10,
            "call_script": "<p>Good morning, this is #company_name. We wrote to you about "
            "#items_amount_overdue. Did our letter arrive?</p>"
            "<p>Ask <b>when</b> and <b>how much</b>; offer two instalments below 1,000.</p>",
        },
    ),
]

#: What customers answered by e-mail: (customer, days ago, subject, text, what became of it)
REPLIES = [
    (
        "brevannes",
        1,
        "Re: Facture échue",
        "Bonjour,\nLe virement part jeudi avec notre échéance hebdomadaire.\nCordialement",
        "to_handle",
    ),
    (
        "wiesental",
        6,
        "Re: Zahlungserinnerung",
        "Guten Tag,\nbitte senden Sie uns die Rechnung noch einmal als PDF.\nFreundliche Grüße",
        "handled",
    ),
    (
        "juniper",
        2,
        "Re: Past due invoice",
        "Hello,\nour controller has approved it, payment goes out on Friday.\nBest regards",
        "to_handle",
    ),
    (
        "gruenwerk",
        9,
        "Re: Zahlungserinnerung",
        "Guten Tag,\ndie zweite Rate haben wir letzte Woche überwiesen.\nMit freundlichen Grüßen",
        "dismissed",
    ),
    (
        "vauclair",
        2,
        "Re: Relance",
        "Bonjour,\nNous contestons la livraison et l'installation de la facture la plus ancienne :"
        " le technicien n'est jamais venu. Les deux autres factures seront réglées le 15.\n"
        "Y. Coutelier",
        "to_handle",
    ),
    (
        "vieuxpont",
        3,
        "Réponse automatique : Rappel",
        "Bonjour,\nJe suis absent jusqu'à lundi. En cas d'urgence, appelez le standard.\n"
        "Bernard Quintard",
        "automatic",
    ),
]

#: What customers answered by SMS: (customer, days ago, text, what became of it)
SMS_REPLIES = [
    ("lacombe", 1, "Bonjour, chèque posté hier. Martine Lacombe", "to_handle"),
    ("gruenwerk", 20, "Danke für die Erinnerung, wird diese Woche bezahlt.", "handled"),
]

#: Contacts whose number turned out to be somebody else's: (customer, name)
WRONG_NUMBERS = [("belloc", "Serge Belloc")]

#: What mail servers said of e-mails that came back.
BOUNCES = [
    "550 5.1.1 Recipient address rejected: user unknown",
    "552 5.2.2 Mailbox full",
]

#: Actions out of scenario by all other ways: (customer, type, days from today, automatic, subject,
#: (field, XML id) of its template)
OPEN_ACTIONS = [
    (
        "brevannes",
        "sms",
        1,
        True,
        "Remind of Thursday's transfer",
        ("sms_template_id", "sms_template_reminder"),
    ),
    (
        "ambroise",
        "sms",
        0,
        True,
        "Last text message",
        ("sms_template_id", "sms_template_last_notice"),
    ),
    # in error: a landline, an incomplete number, a contact without a number
    (
        "sieglinger",
        "sms",
        0,
        True,
        "Remind by SMS",
        ("sms_template_id", "sms_template_reminder"),
    ),
    (
        "castelbon",
        "sms",
        0,
        True,
        "Remind by SMS",
        ("sms_template_id", "sms_template_reminder"),
    ),
    (
        "vieuxpont",
        "sms",
        2,
        True,
        "Remind by SMS",
        ("sms_template_id", "sms_template_reminder"),
    ),
    # in error: no street, no provider activated, half a number
    (
        "canal",
        "letter",
        0,
        True,
        "Reminder by post",
        ("letter_template_id", "letter_template_reminder"),
    ),
    (
        "feldkamp",
        "letter_electronic",
        0,
        True,
        "Electronic registered mail",
        ("letter_template_id", "letter_template_formal_notice"),
    ),
    (
        "kesselring",
        "fax",
        0,
        True,
        "Statement by fax",
        ("mail_template_id", "mail_template_statement"),
    ),
    (
        "rautenberg",
        "fax",
        1,
        True,
        "Statement by fax",
        ("mail_template_id", "mail_template_statement"),
    ),
    (
        "hollerbach",
        "letter",
        0,
        False,
        "Letter to the management",
        ("letter_template_id", "letter_template_reminder"),
    ),
    (
        "perigaud",
        "letter",
        0,
        False,
        "Reminder by post",
        ("letter_template_id", "letter_template_reminder"),
    ),
    (
        "sauvageot",
        "letter_registered",
        0,
        False,
        "Formal notice",
        ("letter_template_id", "letter_template_formal_notice"),
    ),
]
