"""The figures of the dynamics scenarios: a module each, with `draw(runs)`, runs by condition."""
