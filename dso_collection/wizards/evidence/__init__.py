from . import dso_evidence_make
