#!/bin/sh
# num2words: a language in which it never ends, and languages in which it writes another number.
#
# Guess:     num2words(number, lang=…) writes that number, or raises.
# Version:   num2words 0.5.13
# Behaviour: "am" (Amharic) raises for 1,234 and does not end for 1,234,567; "az" (Azerbaijani)
#            writes 30,000 for 31,000; "sr" (Serbian) writes "bilion", which is 10^12 there, for 10^9;
#            "sl" (Slovenian) has no plural for five millions; "dk", "no", "sv", "nl", "de", "es" and
#            "ro" misspell thousands or millions.
# Seen:      the lines of `expected`, on 2026-11-30.
# Here:      tools/words.py writes none of the first four, and mends the others
#            (tests/test_words.py).
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check num2words==0.5.13
expected='am 1234 TypeError
am 1234567 does not end
az 31000 otuz min
sr 1000000000 jedan bilion
sl 5000000 pet milijon
dk 1000000 en millioner
no 2000000 to million
sv 1000 etttusen
nl 101 honderdéén
de 101000 einhunderteinstausend
es 21000 veintiuno mil
ro 101000 o sută unu de mii'
seen=$("$folder/venv/bin/python" -c '
import signal
from num2words import num2words


def stop(*_args):
    raise SystemError("does not end")


signal.signal(signal.SIGALRM, stop)
for line in ("am 1234", "am 1234567", "az 31000", "sr 1000000000", "sl 5000000", "dk 1000000",
             "no 2000000", "sv 1000", "nl 101", "de 101000", "es 21000", "ro 101000"):
    lang, number = line.split()
    signal.alarm(5)
    try:
        words = num2words(int(number), lang=lang)
    except SystemError as error:
        words = error
    except TypeError:
        words = "TypeError"
    print(lang, number, words)
')
printf '%s\n' "$seen"
test "$seen" = "$expected"
