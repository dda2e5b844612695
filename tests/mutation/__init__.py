"""Evidence that the conformance kit catches bugs: every small fault at every place of the plugins, tried on the kit.

`source.py` reads a plugin's functions, `operators/` say what can go wrong in them, `mutants.py` makes every faulty
copy, `trial.py` asks the kit, `equivalents.py` lists the copies that are no fault, `report.py` counts.
"""
