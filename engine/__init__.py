"""A real Pulumi engine on a machine that has package registries alone.

Finds a compatible `pulumi` on PATH, else installs the official one, else builds it from pinned Go modules. Knows
nothing of the resources in this project.
"""
