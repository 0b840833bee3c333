"""The generated pages and parts of pages. To add one: a module here and its line in `misspawn.site.parts`."""
