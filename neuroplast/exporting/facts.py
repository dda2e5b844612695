"""What every export says of the run that it is from, and how it calls things."""

from __future__ import annotations

import hashlib
import json
from urllib.parse import quote

import neuroplast
from neuroplast.recording.recording import Recording

LONGEST = 150
"""Names of files are cut there, and told apart by a hash."""


def facts(recording: Recording) -> dict[str, str]:
    """What the run was, as texts: title, condition, seed, scenario as JSON, where it came from, its fingerprint."""
    return {
        "exported_by": f"neuroplast {neuroplast.__version__}",
        "title": recording.title,
        "condition": recording.condition,
        "seed": str(recording.seed),
        "state": recording.state,
        "steps_done": str(recording.steps_done),
        "steps_total": str(recording.steps_total),
        "run_id": str(recording.provenance.get("run_id", "")),
        "content_sha256": str(recording.provenance["content_sha256"]),
        "scenario": _json(recording.scenario),
        "data": _json(recording.data),
        "parts": _json(recording.parts),
        "packages": _json(recording.packages),
    }


def key(*names: str) -> str:
    """Names joined by points to one that says which they were: what is no letter, digit, _ or - is percent-encoded."""
    return ".".join(quote(name, safe="").replace(".", "%2E").replace("~", "%7E") for name in names)


def file_name(*names: str, suffix: str) -> str:
    """The same as the name of a file in any file system."""
    whole = key(*names)
    if len(whole) > LONGEST:
        whole = f"{whole[: LONGEST - 17]}-{hashlib.sha256(whole.encode()).hexdigest()[:16]}"
    return f"{whole}{suffix}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
