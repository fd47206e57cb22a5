"""What every change has: its place, its qualifiers, and who wants it when and why."""

from __future__ import annotations

from dataclasses import dataclass, field

from kgcl.terms import Notes, Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Meta:
    """What may be said of any change, in the field names of the KGCL schema; '' says nothing.

    People and links are texts: an IRI, a CURIE or words. ``reason`` is ours.
    ``associated_change_set`` holds changes that come with this one and are recorded only.
    """

    reason: str = ""
    see_also: str = ""
    term_tracker_issue: str = ""
    pull_request: str = ""
    creator: str = ""
    contributor: str = ""
    change_date: str = ""
    id: str = ""
    was_generated_by: str = ""
    has_undo: str = ""
    change_description: str = ""
    associated_change_set: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that a person meant. Its position is not part of its identity.

    ``qualifiers`` of None means *none* on what a change adds, and *as they were* on what it
    replaces; on what it removes they tell which one is meant.
    """

    position: Position | None = field(default=None, compare=False, repr=False)
    qualifiers: Notes = None
    meta: Meta | None = None
