def load(*args): pass
