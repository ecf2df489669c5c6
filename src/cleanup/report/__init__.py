"""What a person reads of a run: the page, the patch, the table.

    html.render         report.html, one file that needs nothing else
    patch.article_patch one article's part of diff.patch
    table.FindingsCsv   findings.csv, written as findings come

Nothing is imported here: each is loaded by whoever writes it.
"""
