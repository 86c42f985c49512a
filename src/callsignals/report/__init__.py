"""The HTML report: one self-contained page made from the files in OUT alone."""
