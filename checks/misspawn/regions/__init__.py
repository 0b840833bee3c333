"""The languages that detectors read: one module a language, and `opening` for the documents in a file."""
