#!/bin/sh
# num2words: languages in which it writes another number than it is asked for.
#
# Guess:     num2words(number, lang=…) writes that number, or raises.
# Version:   num2words 0.5.13
# Behaviour: "az" (Azerbaijani) writes 30,000 for 31,000; "am" (Amharic) raises for thousands and is
#            of no use above them; "sr" (Serbian) writes "bilion", which is 10^12 there, for 10^9;
#            "sl" (Slovenian) has no plural for five millions.
# Seen:      the lines of `expected`, on 2026-11-30.
# Here:      tools/words.py writes no words where it cannot rely on them (tests/test_words.py).
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check num2words==0.5.13
expected='am 1234 TypeError
az 31000 otuz min
sr 1000000000 jedan bilion
sl 5000000 pet milijon'
seen=$("$folder/venv/bin/python" -c '
from num2words import num2words


for line in ("am 1234", "az 31000", "sr 1000000000", "sl 5000000"):
    lang, number = line.split()
    try:
        words = num2words(int(number), lang=lang)
    except TypeError:
        words = "TypeError"
    print(lang, number, words)
')
printf '%s\n' "$seen"
test "$seen" = "$expected"
