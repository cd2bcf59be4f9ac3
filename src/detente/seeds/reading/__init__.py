"""Documents as numbered lines: text, Markdown, HTML, DOCX and PDF. Nothing in a document is executed or fetched."""
