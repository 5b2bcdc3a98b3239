"""Why a value cannot be shown: what maths and figures raise, and pages tell from every other exception by its type.

The maths tower and the page tower do not import each other; both import this.
"""

from __future__ import annotations


class NotFinite(ValueError):
    """The value is nan or infinite: no lesson shows that as a result."""


class NoAlternative(ValueError):
    """A picture without words for those who cannot see it."""
