"""Exercises on the games of a study: sheets, variants by student, answers that are read and never run, marks.

A sheet is a TOML file (:mod:`detente.exercises.sheet`). Its questions draw a variant of a game for each student
(:mod:`detente.exercises.cases`), and the engine answers them (:mod:`detente.exercises.asks`): the key, the worked
solution and what a student would answer who follows a known wrong rule (:mod:`detente.exercises.misconceptions`).
"""
