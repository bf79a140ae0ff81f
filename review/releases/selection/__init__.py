"""Selection: which traces a release takes, why the others stay out, how good the taken ones are.

No line is built for it: a preview shows it, and freezing writes the lines that it names.
"""
