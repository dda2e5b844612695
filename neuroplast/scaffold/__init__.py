"""Beginning a plugin: a package with one part that works, to be changed into what its author wants.

The files are in `templates/`: those of every package in `package/`, those of one kind of part under its name.
"""
