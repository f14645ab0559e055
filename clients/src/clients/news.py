"""News and documents of the public pages, read from a TOML file."""

import tomllib
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict

DEFAULT = Path(__file__).resolve().parent / "news.toml"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NewsItem(_Strict):
    """One piece of news; `slug` is its anchor."""

    slug: str
    day: date
    title: str
    summary: str
    paragraphs: tuple[str, ...]


class Document(_Strict):
    """A document, or a page that is one."""

    title: str
    text: str
    href: str


class News(_Strict):
    """The whole file."""

    news: tuple[NewsItem, ...] = ()
    documents: tuple[Document, ...] = ()


def load_news(path: Path = DEFAULT) -> News:
    """Read the file; unknown names in it are an error, so a slip of the pen shows at start."""
    return News.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
