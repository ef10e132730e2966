"""One measurement in a process of its own: ``worker.py module.function '{"argument": value}'``.

Its result, a dict, is the last line of the output, as JSON.
"""

import importlib
import json
import sys

import lab


def main(name, arguments):
    lab.configure()
    module, _, function = name.rpartition(".")
    result = getattr(importlib.import_module(module), function)(**json.loads(arguments))
    print(json.dumps(result or {}))


if __name__ == "__main__":
    main(*sys.argv[1:])
