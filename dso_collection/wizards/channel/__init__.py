from . import dso_letter_print
