"""Measurements against peers, as ratios within one run. Nothing in the product depends on them."""
