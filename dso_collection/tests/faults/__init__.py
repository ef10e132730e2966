"""Real servers and processes for the tests of sending: an SMTP server, workers that are killed."""
