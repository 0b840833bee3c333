"""The documentation site: records and their evidence as Markdown pages, and the files beside them.

Everything below is pure, from a `Book` to text; only `hook` and `macros` know MkDocs.
"""
