"""The door: what a notebook or a script needs, as functions of files and folders.

Everything is computed by the stages of the command, so that the numbers are those of ``tablekin run``.
"""

from tablekin.api.corpus import Corpus
from tablekin.api.corrections import correct
from tablekin.api.pages import collate, compare, read_page
from tablekin.api.runs import run

__all__ = ["Corpus", "collate", "compare", "correct", "read_page", "run"]
