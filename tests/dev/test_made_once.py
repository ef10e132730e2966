"""What comes out the same each time is made once, and comes out the same."""

import sys
from types import SimpleNamespace

from dsodev import testing

sys.path.append(str(testing.PLUGINS))

import made_once  # noqa: E402


class Tree(dict):
    """As Odoo's: fields of this place, and further ones by the fields that lead to them."""

    def __init__(self, root=(), **parts):
        super().__init__(parts)
        self.root = root

    def __bool__(self):
        return bool(self.root or len(self))

    @classmethod
    def merge(cls, trees, select):
        root = dict.fromkeys(field for tree in trees for field in tree.root)
        result = cls([field for field in root if select(field)])
        for label in dict.fromkeys(label for tree in trees for label in tree):
            part = cls.merge([tree[label] for tree in trees if label in tree], select)
            if part:
                result[label] = part
        return result


TREES = {
    "name": Tree(["label"], partner=Tree(["title", "sum"])),
    "amount": Tree(["sum", "label"], partner=Tree(["sum"]), company=Tree(["total"])),
}


def describe(tree):
    return list(tree.root), [(label, describe(part)) for label, part in tree.items()]


def test_the_tree_of_several_fields_is_what_odoo_makes():
    registry = SimpleNamespace(
        _field_triggers=TREES, _field_trigger_trees={}, get_field_trigger_tree=TREES.get
    )
    get = made_once.remember_trees(Tree)
    for fields in (["name", "amount"], ["amount", "name"], ["amount", "unknown"], []):
        for dropped in ("", "sum", "total", "label"):

            def select(field, dropped=dropped):
                return field != dropped

            known = [TREES[field] for field in fields if field in TREES]
            expected = describe(Tree.merge(known, select))
            assert describe(get(registry, fields, select)) == expected
    assert len(registry._field_trigger_trees) == 4
