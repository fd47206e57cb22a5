"""Pictures of shift: files by name, the same bytes again, safe labels, a page that works."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from graph.errors import NotFoundError
from kgdelta.drifting import Shifted
from kgdelta.errors import UsageError
from kgdelta.shift_files import KeptShift
from kgdelta.term_paths import Place, TermPath

pytest.importorskip("matplotlib", reason="needs the plots extra")
pytest.importorskip("plotly", reason="needs the plots extra")

from matplotlib.figure import Figure

from kgdelta.figures import check_picture, draw
from kgdelta.shift_figures import Branch, Neighbour, ridge_figure, term_figure
from kgdelta.shift_page import render_shift

#: What labels may hold: the end of a script, formulas, many lines, right-to-left, very long.
ODD = ("</script><b>x", "$a_1^$ costs $5", "two\nlines", "שלום עולם", "w" * 300, "& <i>")


def row(node: str, label: str, number: int, p: float | None = 0.5) -> Shifted:
    words = (f"{label} moved",)
    return Shifted(
        node=node,
        label=label,
        score=-number / 10,
        movement=0.5 / (number + 1),
        times=2.0,
        low=1.0,
        high=4.0,
        p=p,
        q=p,
        significant=p is not None and p < 0.05,
        direct=True,
        added=1,
        removed=1,
        explained=0.73,
        changes=(f"move {node}",),
        words=words,
        other_changes=(),
        commits=("a" * 64,),
        movements=(0.5 / (number + 1),),
        scores=(-number / 10,),
    )


def about(direct: int, note: str = "") -> KeptShift:
    train = {"model": "complex", "rank": 64}
    settings = {
        "judging": {"false_discovery_rate": 0.05, "seed": 0, "seeds": 1},
        "training": {"train": train, "first_epochs": 20, "next_epochs": 8},
    }
    return KeptShift("default", "b" * 64, "c" * 64, "v1", "v2", settings, "0", direct, direct,
                     1, 700, note)  # fmt: skip


BRANCHES = [Branch(label, tuple(0.001 * (i + k) for i in range(9))) for k, label in enumerate(ODD)]


NEIGHBOURS = [
    Neighbour("is a", label, bool(i % 2), i % 3 != 0, i % 3 != 1) for i, label in enumerate(ODD)
]
PATH = TermPath(
    tuple(Place(float(i), 0.0, f"v{i}") for i in range(4)),
    tuple(Place(1.0, 1.0, label) for label in ODD),
)
POINT = TermPath((Place(0.0, 0.0, "v1"),), ())
MANY = [Neighbour("is a", f"term {i}", True, True, True) for i in range(40)]
FIGURES: dict[str, Callable[[], Figure]] = {
    "term": lambda: term_figure("a term", PATH, {}, ("v1", "v2"), NEIGHBOURS),
    "point": lambda: term_figure(ODD[0], POINT, {}, ("v1", "v2"), []),
    "no way": lambda: term_figure(ODD[4], None, {}, ("v1", "v2"), MANY),
    "ridge": lambda: ridge_figure("drift", BRANCHES),
    "still": lambda: ridge_figure("drift", [Branch("all", (0.0, 0.0))]),
    "nothing": lambda: ridge_figure("drift", []),
    "few": lambda: ridge_figure("drift", [Branch("two", (0.1, 0.2)), Branch("none", ())]),
}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_has_the_same_bytes_again(name: str, tmp_path: Path) -> None:
    for ending in ("svg", "png"):
        one, other = tmp_path / f"one.{ending}", tmp_path / f"other.{ending}"
        for path in (one, other):
            draw(FIGURES[name](), path)
        assert one.read_bytes() == other.read_bytes()
        assert len(one.read_bytes()) > 1_000


def test_text_in_an_svg_is_text_and_escaped(tmp_path: Path) -> None:
    path = tmp_path / "ridge.svg"
    draw(FIGURES["ridge"](), path)
    text = path.read_text()
    assert "שלום עולם" in text
    assert "&lt;/script&gt;" in text
    assert "costs $5" in text
    assert "two lines" in text
    assert "w" * 60 not in text


def test_many_edges_are_a_number(tmp_path: Path) -> None:
    path = tmp_path / "term.svg"
    draw(FIGURES["no way"](), path)
    assert "and 26 more that stay" in path.read_text()


@pytest.mark.parametrize(("name", "page"), [("a.gif", False), ("a", True), ("a.html", False)])
def test_other_formats_are_refused(name: str, page: bool) -> None:
    with pytest.raises(UsageError, match="a picture is"):
        check_picture(Path(name), page)


def test_a_folder_that_is_not_there_is_told_before_anything_is_worked_for(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="make it first"):
        check_picture(tmp_path / "nowhere" / "a.svg")


def test_a_page_asks_nothing_of_the_network_and_no_label_ends_its_script() -> None:
    rows = [row(f"N:{i}", label, i, 0.01 * i or None) for i, label in enumerate(ODD)]
    page = render_shift(about(len(rows)), rows, BRANCHES)
    own = page[page.index("</script>") :]
    assert not re.search(r'(src|href)="', own)
    assert own.count("</script>") == 3
    assert "6 ones" not in own
    empty = render_shift(about(0, "no p-values"), [], [])
    assert "0 edited terms; no p-values." in empty
    assert "nothing moved" in empty


def test_a_chosen_row_shows_what_explains_it(tmp_path: Path, chromium: str) -> None:
    rows = [row(f"N:{i}", label, i, 0.01) for i, label in enumerate(ODD)]
    page = render_shift(about(len(rows)), rows, BRANCHES)
    act = """<script>
    find.value = "COSTS"; find.oninput();
    document.querySelector("tbody tr").click();
    document.querySelector('th[data-key="p"]').click();
    </script></body>"""
    file = tmp_path / "page.html"
    file.write_text(page.replace("</body>", act), encoding="utf-8")
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", file.as_uri()]
    found = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    body = found[found.index("<body>") :]
    assert 'data-ready="yes"' in found[:200]
    why = body[body.index('id="why"') : body.index('class="table"')]
    assert "$a_1^$ costs $5 moved" in why
    assert "move N:1" in why
    assert "a" * 64 in why
    assert "73% less far" in why
    table = body[body.index("<tbody>") : body.index("</tbody>")]
    assert table.count("<tr") == 1
    assert 'aria-selected="true"' in table
    assert 'aria-sort="ascending"' in body
    assert body.count("<svg") >= 2
