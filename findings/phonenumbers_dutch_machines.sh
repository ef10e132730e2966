#!/bin/sh
# phonenumbers: numbers of machines in the Netherlands.
#
# Guess:     097, the range that the Dutch numbering plan keeps for machines (meters, alarms,
#            lifts), is no kind of number that a person is reached at: UNKNOWN or, as for other
#            ranges of services, a type of its own.
# Version:   phonenumbers 9.0.43
# Behaviour: MOBILE, the same as 06, while 085 and 088 are told apart (VOIP, UAN).
# Seen:      the lines of `expected`, on 2026-11-30.
# Here:      dso_channel_sms keeps the range in a list of its own (tests/test_sms.py).
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check phonenumbers==9.0.43
expected='+3197012345678 True MOBILE
+31612345678 True MOBILE
+31851234567 True VOIP
+31881234567 True UAN'
seen=$("$folder/venv/bin/python" -c '
import phonenumbers
names = {v: k for k, v in vars(phonenumbers.PhoneNumberType).items() if isinstance(v, int)}
for text in ("+3197012345678", "+31612345678", "+31851234567", "+31881234567"):
    number = phonenumbers.parse(text)
    print(text, phonenumbers.is_valid_number(number), names[phonenumbers.number_type(number)])
')
printf '%s\n' "$seen"
test "$seen" = "$expected"
