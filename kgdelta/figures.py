"""Pictures as files: matplotlib without a display, the same bytes for the same picture."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

from graph.errors import NotFoundError
from kgdelta.errors import UsageError
from kgdelta.extras import need_extra
from kgdelta.files import replacing

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

#: Okabe and Ito's colours, which colour-blind people can tell apart.
BLUE: Final = "#0072B2"
ORANGE: Final = "#E69F00"
GREEN: Final = "#009E73"
RED: Final = "#D55E00"
GREY: Final = "#8A8A8A"
INK: Final = "#222222"

#: What pictures are written as, by the ends of their files' names.
_FORMATS: Final = {".svg": "svg", ".png": "png"}
_LONGEST: Final = 34


def check_picture(path: Path, page: bool = False) -> None:
    """What is to be known before a picture is worked for.

    Raises UsageError where a file's name tells no format, NotFoundError where its folder is not
    there, UnavailableError without the extra.
    """
    known = [*_FORMATS, *([".html"] if page else [])]
    if path.suffix.lower() not in known:
        raise UsageError(f"{path}: a picture is {', '.join(known)}")
    if not path.resolve().parent.is_dir():
        raise NotFoundError("folder", str(path.resolve().parent), "make it first")
    package = "plotly" if path.suffix.lower() == ".html" else "matplotlib"
    need_extra("this picture", "plots", package)


def new_figure(width: float, height: float) -> Figure:
    """An empty figure, in inches."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def draw(figure: Figure, path: Path) -> None:
    """Write a figure as .svg or .png; a file that is there is replaced at once.

    Raises UsageError, NotFoundError, OSError.
    """
    import matplotlib as mpl

    form = _FORMATS[path.suffix.lower()]
    metadata: dict[str, Any] = {"Date": None} if form == "svg" else {"Software": None}
    content = io.BytesIO()
    # Ids in an SVG are random unless they are salted; text stays text, to be searched and read.
    with mpl.rc_context({"svg.hashsalt": "kgdelta", "svg.fonttype": "none"}):
        figure.savefig(content, format=form, dpi=150, metadata=metadata)
    with replacing(path) as stream:
        stream.write(content.getvalue())


def shortened(text: str, longest: int = _LONGEST) -> str:
    """A label in one line that is not too long."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def plain(text: str, longest: int = _LONGEST) -> str:
    """A label as matplotlib shows it: shortened, and no formula."""
    return shortened(text, longest).replace("$", r"\$")
