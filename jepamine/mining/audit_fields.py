"""The fields that the audit tests for predicting the label: sources, scene, position in the drive."""

from __future__ import annotations

from jepamine.mining.labels import Origin


def audit_fields(origins: list[Origin], scenes: list[str]) -> dict[str, list[str | None]]:
    """Return the fields that the audit looks at: sources, scene, and the position in the drive."""
    keys = list(dict.fromkeys(key for place in origins for key in place.sources))
    fields: dict[str, list[str | None]] = {key: [place.sources.get(key) for place in origins] for key in keys}
    if len(set(scenes)) < len(scenes):
        fields["scene"] = list(scenes)
    if all(place.order is not None for place in origins):
        fields["position"] = _positions(origins, scenes)
    return fields


def _positions(origins: list[Origin], scenes: list[str]) -> list[str | None]:
    """Return "first", "middle" or "last" for each clip by its place in its drive, for each camera.

    None in drives of fewer than three clips; a scene without a drive is one.
    """
    drives: dict[tuple[str, str | None], list[int]] = {}
    for number, (place, scene) in enumerate(zip(origins, scenes, strict=True)):
        drive = place.sources.get("drive") or place.sources.get("log") or scene
        drives.setdefault((drive, place.sources.get("camera")), []).append(number)
    positions: list[str | None] = [None] * len(origins)
    for members in drives.values():
        if len(members) >= 3:
            members.sort(key=lambda number: origins[number].order or "")
            for number in members:
                positions[number] = "middle"
            positions[members[0]], positions[members[-1]] = "first", "last"
    return positions
