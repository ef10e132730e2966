#!/bin/sh
# num2words: French of Belgium and of Switzerland.
#
# Guess:     fr_BE and fr_CH differ from fr by septante, nonante (and huitante) only; spelling and
#            agreement are those of French.
# Version:   num2words 0.5.13
# Behaviour: both write another French: "un millions" (plural for one), "deux cents trente-quatre"
#            and "deux cents mille" (cent takes no s before another numeral), "quatre-vingt" alone
#            without its s in fr_BE. "fr" is right in each of these.
# Seen:      the lines of `expected`, on 2026-11-30.
# Here:      tools/words.py writes both by "fr" and exchanges the tens (tests/test_words.py).
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check num2words==0.5.13
expected='fr 234 deux cent trente-quatre
fr 200000 deux cent mille
fr 1000000 un million
fr 80 quatre-vingts
fr_BE 234 deux cents trente-quatre
fr_BE 200000 deux cents mille
fr_BE 1000000 un millions
fr_BE 80 quatre-vingt
fr_CH 234 deux cents trente-quatre
fr_CH 200000 deux cents mille
fr_CH 1000000 un millions
fr_CH 80 huitante'
seen=$("$folder/venv/bin/python" -c '
from num2words import num2words
for lang in ("fr", "fr_BE", "fr_CH"):
    for number in (234, 200000, 1000000, 80):
        print(lang, number, num2words(number, lang=lang))
')
printf '%s\n' "$seen"
test "$seen" = "$expected"
