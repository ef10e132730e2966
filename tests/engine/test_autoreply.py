"""Replies of people and of machines."""

import pytest
from engine.autoreply import AUTOMATIC, BOUNCE, classify
from hypothesis import given, strategies as st


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"auto-submitted": ["auto-replied"]}, AUTOMATIC),
        ({"auto-submitted": ["Auto-Generated; type=x"]}, AUTOMATIC),
        ({"auto-submitted": ["auto-replied (vacation)"]}, AUTOMATIC),
        ({"auto-submitted": ["no"]}, None),
        ({"auto-submitted": ["No (a person)"]}, None),
        ({"x-autoreply": ["yes"]}, AUTOMATIC),
        ({"x-autoreply": ["no"]}, None),
        ({"x-autorespond": ["Re: Reminder"]}, AUTOMATIC),
        ({"precedence": ["auto_reply"]}, AUTOMATIC),
        ({"precedence": ["Bulk"]}, AUTOMATIC),
        # somebody who answers through a mailing list is still somebody
        ({"precedence": ["list"]}, None),
        ({"return-path": ["<>"]}, AUTOMATIC),
        ({"return-path": ["<ann@example.com>"]}, None),
        ({"x-post-messageclass": ["9; Autoresponder"]}, AUTOMATIC),
        # it only asks others for silence: Outlook's ordinary mail may have it too
        ({"x-auto-response-suppress": ["All"]}, None),
        ({"content-type": ["multipart/report; report-type=disposition-notification"]}, AUTOMATIC),
        ({"content-type": ["multipart/report; report-type=delivery-status"]}, BOUNCE),
        ({"content-type": ["multipart/mixed"]}, None),
        ({"x-failed-recipients": ["ann@example.com"]}, BOUNCE),
        # a bounce is also automatic: it is a bounce
        (
            {
                "auto-submitted": ["auto-replied"],
                "content-type": ["multipart/report; report-type=delivery-status"],
            },
            BOUNCE,
        ),
    ],
)
def test_headers(headers, expected):
    assert classify(headers, "Re: Reminder") == expected


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Reminder",
        "AUTOMATIC REPLY",
        "Out of Office: Re: Reminder",
        "out of office",
        "[Auto-Reply] Reminder",
        "Abwesenheitsnotiz: Mahnung",
        "Automatische Antwort: Zahlungserinnerung",
        "Réponse automatique : Relance",
        "Absence du bureau",
        "Respuesta automática: Recordatorio",
        "Risposta automatica: Sollecito",
        "Fuori sede - Mario Rossi",
        "Automatisch antwoord: Herinnering",
        "自动回复: Reminder",
        "自動回覆: Reminder",
        "自動返信：お知らせ",
        "자동 회신: Reminder",
        "Automatikus válasz: Fizetési felszólítás",
        "Házon kívül: Fizetési felszólítás",
        "Răspuns automat: Notificare",
        "Otomatik Yanıt: Hatırlatma",
        "OTOMATİK YANIT: Hatırlatma",
        "Αυτόματη απάντηση: Υπενθύμιση",
        "Automatická odpoveď: Upomienka",
        "Automatická odpověď: Upomínka",
        "Автоматична відповідь: Нагадування",
        "Автоматичен отговор: Напомняне",
        "Automatski odgovor: Opomena",
        "Samodejni odgovor: Opomin",
        "Automatinis atsakymas: Priminimas",
        "Automātiska atbilde: Atgādinājums",
        "Automaatvastus: Meeldetuletus",
        "Resposta automàtica: Recordatori",
        "Fora de l’oficina: Recordatori",
        "\u200fرد تلقائي: تذكير",
        "תשובה אוטומטית: תזכורת",
        "ตอบกลับอัตโนมัติ: Reminder",
        "Trả lời tự động: Reminder",
        # decomposed, as Apple's programs write
        "Re\u0301ponse automatique : Relance",
        "Tra\u0309 lời tự động: Reminder",
        "Ann Smith is out of the office",
        "Ann Smith is out of the office (returning 12/10/2026)",
        "Ann Smith is out of the office until Monday.",
        "Anna Schmidt ist außer Haus bis 10.12.2026",
        # what the receiving mail server puts before it
        "[EXTERNAL] Automatic reply: Reminder",
        "[EXT] [SPAM?] Out of Office",
        "*** EXTERNAL *** Réponse automatique : Relance",
        "【外部】自動返信：お知らせ",
        # how people say it themselves, and nothing else
        "I am out of the office until 3 May",
        "Je suis absente du bureau",
        "Ich bin nicht im Büro",
        "Ik ben niet op kantoor: Herinnering",
        "Ikke på kontoret",
        "Poissa toimistolta",
        "Nu sunt la birou",
        "Szabadságon vagyok",
        "Απουσία από το γραφείο",
        "不在通知",
        "不在のお知らせ：お支払い",
        "부재 중 자동 응답",
        "Немає в офісі",
        "Нет на месте",
        "Отсъствам от офиса",
        "Odsutan: Opomena",
        "Odsoten",
        "Ne biure",
        "לא נמצא במשרד",
        "ไม่อยู่ที่ทำงาน",
        "Ngoài văn phòng",
    ],
)
def test_subjects_of_machines(subject):
    assert classify({}, subject) == AUTOMATIC


@pytest.mark.parametrize(
    "subject",
    [
        "",
        None,
        "Re: Reminder",
        "Out of office chairs: invoice 12",
        "Absence of goods in delivery 4711",
        "Re: Automatic payment failed",
        "Automatic payment is on its way",
        "AW: Mahnung",
        "Who is out of the office?",
        "Re: Ann Smith is out of the office",
        "The desk that is out of the office hours plan",
        "不在通知書の件",
        # somebody answers a machine
        "Re: Automatic reply: Reminder",
    ],
)
def test_subjects_of_people(subject):
    assert classify({}, subject) is None


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        ("MAILER-DAEMON@mx.example.com", BOUNCE),
        ("<mailer-daemon@example.com>", BOUNCE),
        ("ann@example.com", None),
        ("daemon.miller@example.com", None),
    ],
)
def test_senders(sender, expected):
    assert classify({}, "Re: Reminder", sender) == expected


@given(st.dictionaries(st.text(), st.lists(st.text())), st.text(), st.text())
def test_any_mail_is_classified(headers, subject, sender):
    assert classify(headers, subject, sender) in (None, AUTOMATIC, BOUNCE)


@given(st.text())
def test_an_answer_is_never_judged_by_the_subject_it_answers(subject):
    assert classify({}, f"Re: {subject}") is None
