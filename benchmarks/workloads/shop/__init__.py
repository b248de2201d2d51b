"""A page of a shop, some 200 lines long: the source whose compilation is timed, in each dialect, and a context."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

FOLDER = Path(__file__).parent
SUFFIXES = MappingProxyType({"jinja": ".jinja", "mako": ".mako", "chameleon": ".pt"})


def source(dialect: str) -> str:
    """The page's source in a dialect; raises KeyError for a dialect it was not written in."""
    return (FOLDER / f"page{SUFFIXES[dialect]}").read_text(encoding="utf-8")


def link(title: str, url: str) -> dict[str, str]:
    """A titled link."""
    return {"title": title, "url": url}


def product(number: int, stock: int, before: float | None) -> dict[str, Any]:
    """A product of the grid."""
    return {
        "number": number,
        "title": f"Lamp no. {number} <small>",
        "image": f"lamp-{number}.jpg",
        "maker": "Bright & Sons",
        "new": number % 2 == 0,
        "stock": stock,
        "rating": number % 6,
        "text": "Gives light where there was none.",
        "price": 19.5 + number,
        "before": before,
        "facts": [("Height", f"{number * 10} cm"), ("Power", "< 5 W")],
        "tags": ["light", "home"] if number % 3 else [],
    }


CONTEXT: Mapping[str, Any] = MappingProxyType(
    {
        "store": {
            "name": "Lamps & More",
            "language": "en",
            "claim": "Let there be light",
            "assets": "/static",
            "feeds": [link("News", "/news.xml"), link("Offers", "/offers.xml")],
            "year": 2025,
        },
        "section": {"title": "Desk lamps", "slug": "desk", "intro": "For work that goes on into the night."},
        "nav": [
            {"slug": "desk", "title": "Desk lamps", "children": [{"slug": "led", "title": "LED"}]},
            {"slug": "floor", "title": "Floor lamps", "children": []},
        ],
        "user": {"name": "Ada", "orders": 3, "admin": True},
        "query": {"text": "a > b", "low": 10, "high": 99},
        "facets": [
            {
                "slug": "colour",
                "title": "Colour",
                "options": [
                    {"slug": "red", "title": "Red", "count": 3},
                    {"slug": "blue", "title": "Blue", "count": 0},
                ],
            }
        ],
        "products": [product(1, 0, None), product(2, 3, 29.0), product(3, 50, 20.0)],
        "paging": {"page": 2, "pages": 3, "found": 9},
        "cart": {
            "lines": [
                {"title": "Bulb", "count": 4, "price": 2.25},
                {"title": "Cable", "count": 1, "price": 7.5},
            ],
            "total": 16.5,
            "shipping": 4.75,
            "minimum": 25.0,
        },
        "footer": [
            {"title": "Help", "links": [link("Contact", "/contact"), link("Returns", "/returns")]},
            {"title": "Us", "links": [link("Jobs", "/jobs")]},
        ],
    }
)
