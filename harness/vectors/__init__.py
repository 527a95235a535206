"""Good and bad packages that differ in one thing only: every bad one breaks exactly the requirement it names.

`export` writes them, scenarios deliver them to candidates, and the tests prove each against all rules.
"""
