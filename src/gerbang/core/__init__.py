"""What Gerbang does: a package per noun, the same file names in each."""
