"""Findings fixed: `applying` makes the new text of a file, `soundness` judges it, `writing` keeps it."""
