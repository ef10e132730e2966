"""An SMTP server on loopback that sends nothing on: each mail becomes a file in a folder.

    python smtp_sink.py PORT FOLDER

It ends with its standard input, so it doesn't outlive the process that started it.
"""

import email
import email.policy
import sys
import time
from pathlib import Path

from aiosmtpd.controller import Controller


class Sink:
    def __init__(self, folder):
        self.folder = folder
        self.count = 0

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        name = f"{time.strftime('%Y%m%d-%H%M%S')}-{self.count:04}.eml"
        content = envelope.original_content or envelope.content
        new = self.folder / f".{name}"
        new.write_bytes(content)
        new.rename(self.folder / name)
        message = email.message_from_bytes(content, policy=email.policy.default)
        line = f"{name}\t{', '.join(envelope.rcpt_tos)}\t{message['subject']}"
        with (self.folder / "mails.log").open("a") as log:
            log.write(f"{' '.join(line.splitlines())}\n")
        return "250 Kept"


def main(port, folder):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    options = {"data_size_limit": 64 * 1024 * 1024, "enable_SMTPUTF8": True}
    controller = Controller(Sink(folder), hostname="127.0.0.1", port=int(port), **options)
    controller.start()
    try:
        sys.stdin.read()
    except KeyboardInterrupt:
        pass
    controller.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
