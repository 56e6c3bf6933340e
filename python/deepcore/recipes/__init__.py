"""Recipes: one file for each `deepcore train NAME`, with its model, its data and its score.

A recipe has a docstring whose first line stands in the list, `add_options(parser)` and
`run(options)`.
"""
