"""Folders and archives as histories: order, dates, what is no edition, and unsafe archives."""

from __future__ import annotations

import io
import random
import tarfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.dating import date_in_name, dated, read_dates
from ingest.errors import IngestError
from ingest.formats import read_bytes
from ingest.history import History, HistoryOptions, Listing, natural
from ingest.history_archive import ArchiveHistory, is_archive
from ingest.history_folder import FolderHistory
from tests.ingest.git_work import HEADER, obo

NAMES = [
    ("2019-09-05.obo", "2019-09-05"),
    ("20190905", "2019-09-05"),
    ("2019_09", "2019-09-01"),
    ("x-2019.09.obo", "2019-09-01"),
    ("v2019-09-05", "2019-09-05"),
    ("go_2019_09_05.obo.gz", "2019-09-05"),
    ("go.2019.09.05.obo", "2019-09-05"),
    ("releases/2019-09-05/x.obo", "2019-09-05"),
    ("2018-01-01/x-2019-09-05.obo", "2019-09-05"),
    ("0000_2011-03-18_42dc6bdff.obo", "2011-03-18"),
    ("0003_2008-07-07_v1.2.1.obo", "2008-07-07"),
    ("dump-20190905T1230.nt", "2019-09-05T12:30"),
    ("dump 2019-09-05 12:30:59Z.nt", "2019-09-05T12:30:59"),
    ("go-20190905-2018-01-02.obo", "2018-01-02"),
    ("2019-13-40.obo", None),
    ("2019-02-30.obo", None),
    ("r-10.obo", None),
    ("x-120190905.obo", None),
    ("x-201909051.obo", None),
    ("1.2.3.obo", None),
    ("3.2012.obo", None),
]


@pytest.mark.parametrize(("name", "date"), NAMES)
def test_dates_in_names(name: str, date: str | None) -> None:
    expected = datetime.fromisoformat(date).replace(tzinfo=UTC) if date else None
    assert date_in_name(name) == expected


@given(st.dates(datetime(1900, 1, 1).date(), datetime(2099, 12, 31).date()), st.sampled_from("-_."))
def test_any_date_in_a_name(date: datetime, mark: str) -> None:
    expected = datetime(date.year, date.month, date.day, tzinfo=UTC)
    for text in (date.strftime(f"%Y{mark}%m{mark}%d"), date.strftime("%Y%m%d")):
        assert date_in_name(f"r12/ab-{text}.obo") == expected


HEADERS = [
    (HEADER + "date: 05:09:2019 12:30\n", "2019-09-05T12:30"),
    (HEADER + "data-version: releases/2019-09-05\n", "2019-09-05"),
    (HEADER + "remark: Date: 2019-09-05\n", "2019-09-05"),
    (
        "<http://x.org/o> a <http://www.w3.org/2002/07/owl#Ontology> ; "
        "<http://www.w3.org/2002/07/owl#versionIRI> <http://x.org/2019-09-05/o> .",
        "2019-09-05",
    ),
    (
        "<http://x.org/o> a <http://www.w3.org/2002/07/owl#Ontology> ; "
        '<http://purl.org/dc/terms/modified> "2019-09-05" .',
        "2019-09-05",
    ),
    (HEADER + "date: 31:02:2019 12:30\n", None),
    (HEADER, None),
]


@pytest.mark.parametrize(("text", "date"), HEADERS)
def test_dates_in_headers(text: str, date: str | None) -> None:
    expected = datetime.fromisoformat(date).replace(tzinfo=UTC) if date else None
    form = "obo" if text.startswith("format") else "turtle"
    assert dated(read_bytes(text.encode(), "x", form)) == expected


def test_a_table_of_dates() -> None:
    table = read_dates("file\tdate\n# ours\n\nb.obo\t2019-09-05\n./x/c.obo\t2019_08\n", "t")
    assert dict(table) == {
        "b.obo": datetime(2019, 9, 5, tzinfo=UTC),
        "x/c.obo": datetime(2019, 8, 1, tzinfo=UTC),
    }
    with pytest.raises(IngestError, match=r"t, line 2: a file, a tab and a date"):
        read_dates("a.obo\t2019-01-01\nb.obo\tsoon\n", "t")
    with pytest.raises(IngestError, match=r"t, line 2: a second date for a\.obo"):
        read_dates("a.obo\t2019-01-01\na.obo\t2019-01-02\n", "t")


def folder_of(tmp_path: Path, files: Mapping[str, str | bytes]) -> Path:
    folder = tmp_path / "releases"
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def archive_of(path: Path, files: Mapping[str, str | bytes], mode: str = "w:xz") -> Path:
    with tarfile.open(path, mode) as tar:
        for name, content in files.items():
            data = content if isinstance(content, bytes) else content.encode()
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return path


def paths(listing: Listing) -> list[str]:
    return [edition.identity.partition(" ")[2] for edition in listing.editions]


def texts(history: History) -> list[set[str]]:
    listing = history.listing()
    return [
        {s.object.value for s in opened.read(None).statements if s.predicate.endswith("label")}
        for opened in history.opened(listing.editions)
    ]


FILES = {
    "b-2019-09-05.obo": obo(a="second"),
    "c-2018.10.obo": obo(a="first"),
    "late/2021-01-01/x.obo": obo(a="fourth"),
    "a-20200101.obo": obo(a="third"),
}
ORDER = ["c-2018.10.obo", "b-2019-09-05.obo", "a-20200101.obo", "late/2021-01-01/x.obo"]
IN_ORDER = [{"first"}, {"second"}, {"third"}, {"fourth"}]


def test_a_folder_is_read_by_date(tmp_path: Path) -> None:
    history = FolderHistory(folder_of(tmp_path, FILES))
    assert paths(history.listing()) == ORDER
    assert texts(history) == IN_ORDER


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz", "w:bz2"])
def test_an_archive_is_read_by_date(tmp_path: Path, mode: str) -> None:
    path = archive_of(tmp_path / "x.archive", FILES, mode)
    assert is_archive(path)
    history = ArchiveHistory(path)
    assert paths(history.listing()) == ORDER
    assert texts(history) == IN_ORDER


def test_an_archive_may_be_zstd(tmp_path: Path) -> None:
    import zstandard

    plain = archive_of(tmp_path / "x.tar", FILES, "w")
    packed = tmp_path / "x.tar.zst"
    packed.write_bytes(zstandard.compress(plain.read_bytes()))
    assert texts(ArchiveHistory(packed)) == IN_ORDER


def test_a_folder_and_its_archive_have_the_same_identities(tmp_path: Path) -> None:
    folder, archive = folder_of(tmp_path, FILES), archive_of(tmp_path / "x.tar.gz", FILES, "w:gz")
    one = FolderHistory(folder).listing().editions
    other = ArchiveHistory(archive).listing().editions
    assert [e.identity for e in one] == [e.identity for e in other]


def test_only_some_editions_are_opened(tmp_path: Path) -> None:
    history = ArchiveHistory(archive_of(tmp_path / "x.tar.gz", FILES, "w:gz"))
    wanted = history.listing().editions[1:3]
    assert [opened.edition for opened in history.opened(wanted)] == list(wanted)


def test_the_table_comes_before_the_name_and_the_header_after_it(tmp_path: Path) -> None:
    files = {
        "a-2019-01-01.obo": HEADER + "date: 01:01:2000 00:00\n",
        "b.obo": HEADER + "date: 01:06:2018 00:00\n",
        "c-2017-01-01.obo": HEADER,
    }
    folder = folder_of(tmp_path, files)
    assert paths(FolderHistory(folder).listing()) == [
        "c-2017-01-01.obo",
        "b.obo",
        "a-2019-01-01.obo",
    ]
    dates = read_dates("c-2017-01-01.obo\t2020-01-01\n", "t")
    table = HistoryOptions(dates=dates)
    assert paths(FolderHistory(folder, table).listing())[-1] == "c-2017-01-01.obo"


def test_a_table_that_names_no_file_is_told(tmp_path: Path) -> None:
    options = HistoryOptions(dates=read_dates("y.obo\t2020-01-01\na-20200101.obo\t2000-01\n", "t"))
    for history in (
        FolderHistory(folder_of(tmp_path, FILES), options),
        ArchiveHistory(archive_of(tmp_path / "x.tar", FILES, "w"), options),
    ):
        assert [(p.source, p.reason[:17]) for p in history.listing().problems] == [
            ("y.obo", "in the table of d")
        ]


def test_what_has_no_date_keeps_its_place_by_name(tmp_path: Path) -> None:
    files = dict.fromkeys(("r-9.obo", "r-10.obo", "r-1-2019-01-01.obo"), HEADER)
    listing = FolderHistory(folder_of(tmp_path, files)).listing()
    assert paths(listing) == ["r-1-2019-01-01.obo", "r-9.obo", "r-10.obo"]
    assert [edition.date is None for edition in listing.editions] == [False, True, True]


def test_names_sort_by_their_numbers() -> None:
    assert sorted(["v10.a", "v9.b", "v9.10", "v9.9"], key=natural) == [
        "v9.9",
        "v9.10",
        "v9.b",
        "v10.a",
    ]


def test_files_of_several_formats_need_a_choice(tmp_path: Path) -> None:
    files = {**FILES, "2019-01-01.ttl": "<http://a.org/b> a <http://a.org/c> ."}
    folder = folder_of(tmp_path, files)
    with pytest.raises(IngestError, match=r"several formats \(\.obo, \.ttl\): say which with"):
        FolderHistory(folder).listing()
    assert paths(FolderHistory(folder, HistoryOptions(only="*.ttl")).listing()) == [
        "2019-01-01.ttl"
    ]
    assert paths(FolderHistory(folder, HistoryOptions(only="*.obo")).listing()) == ORDER
    with pytest.raises(IngestError, match=r"no file fits '\*\.nt'"):
        FolderHistory(folder, HistoryOptions(only="*.nt")).listing()


def test_what_is_no_edition_is_told(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, {**FILES, "README.md": "about", ".hidden.obo": "x"})
    (folder / "latest.obo").symlink_to("a-20200101.obo")
    listing = FolderHistory(folder).listing()
    assert paths(listing) == ORDER
    assert {(Path(p.source).name, p.reason) for p in listing.problems} == {
        ("README.md", "not named as a file of a known format; not read"),
        ("latest.obo", "a link; not followed"),
    }


def test_unsafe_members_are_told_and_not_read(tmp_path: Path) -> None:
    path = tmp_path / "x.tar"
    with tarfile.open(path, "w") as tar:
        for name in ("../2019-01-01.obo", "/etc/2019-01-01.obo", "a\\..\\2019-01-01.obo"):
            tar.addfile(tarfile.TarInfo(name))
        for kind, name in ((tarfile.SYMTYPE, "soft.obo"), (tarfile.LNKTYPE, "hard.obo")):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "/etc/passwd"
            tar.addfile(member)
        member = tarfile.TarInfo("pipe.obo")
        member.type = tarfile.FIFOTYPE
        tar.addfile(member)
        data = obo(a="b").encode()
        member = tarfile.TarInfo("./2019-01-01.obo")
        member.size = len(data)
        tar.addfile(member, io.BytesIO(data))
    listing = ArchiveHistory(path).listing()
    assert paths(listing) == ["2019-01-01.obo"]
    assert [problem.reason for problem in listing.problems] == [
        "a path that leads out of the archive; not read",
        "a path that leads out of the archive; not read",
        "a path that leads out of the archive; not read",
        "a link to '/etc/passwd'; not followed",
        "a link to '/etc/passwd'; not followed",
        "not a file; not read",
    ]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x.tar"]


def test_headers_of_an_archive_are_bounded(tmp_path: Path) -> None:
    """Attributes of 64 MiB, which pack to nothing, are refused before they are in memory."""
    path = tmp_path / "x.tar.xz"
    with tarfile.open(path, "w:xz", format=tarfile.PAX_FORMAT) as tar:
        member = tarfile.TarInfo("2019-01-01.obo")
        member.pax_headers = {"comment": "x" * (1 << 26)}
        tar.addfile(member)
    with pytest.raises(IngestError, match="headers of more than 1,024 KiB for one member"):
        ArchiveHistory(path).listing()


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.8])
@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz"])
def test_a_cut_archive_is_an_error(tmp_path: Path, mode: str, cut: float) -> None:
    files = {name: text + "!" + "x" * 20_000 for name, text in FILES.items()}
    content = archive_of(tmp_path / "x.tar", files, mode).read_bytes()
    (tmp_path / "cut.tar").write_bytes(content[: int(len(content) * cut)])
    with pytest.raises(IngestError, match=r"cut\.tar: (not a whole tar|the compression is dam)"):
        ArchiveHistory(tmp_path / "cut.tar").listing()


def test_a_file_may_be_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.history.LARGEST", 100)
    files = {"2019-01-01.obo": obo(a="a"), "2019-01-02.obo": obo(a="a" * 100)}
    for history in (
        FolderHistory(folder_of(tmp_path, files)),
        ArchiveHistory(archive_of(tmp_path / "x.tar", files, "w")),
    ):
        listing = history.listing()
        assert paths(listing) == ["2019-01-01.obo"]
        assert [p.reason[-10:] for p in listing.problems] == ["; not read"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "a pointer of Git LFS"),
        (b"\x00\x01\x02", "not of a known format"),
    ],
)
def test_what_does_not_parse_says_why(tmp_path: Path, content: bytes, reason: str) -> None:
    history = FolderHistory(folder_of(tmp_path, {"2019-01-01.obo": content}))
    (opened,) = history.opened(history.listing().editions)
    with pytest.raises(IngestError, match=reason):
        opened.read(None)


def mutations(path: Path, mode: str, count: int) -> None:
    content = archive_of(path, FILES, mode).read_bytes()
    chance = random.Random(mode)
    refused = 0
    for _ in range(count):
        data = bytearray(content)
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(data))
            data[at : at + chance.randint(0, 3)] = chance.randbytes(chance.randint(0, 3))
        path.write_bytes(data)
        history = ArchiveHistory(path)
        try:
            for opened in history.opened(history.listing().editions):
                opened.read(None)
        except IngestError:
            refused += 1
    assert 0 < refused < count or mode != "w"


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz"])
def test_damaged_archives_are_read_or_refused(tmp_path: Path, mode: str) -> None:
    mutations(tmp_path / "x.tar", mode, 150)


@pytest.mark.long
@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz"])
def test_many_damaged_archives_are_read_or_refused(tmp_path: Path, mode: str) -> None:
    mutations(tmp_path / "x.tar", mode, 7_000)
