"""Draw motor vehicles: a body and a cabin as boxes in perspective, with glass, wheels and lamps."""

from math import cos, pi, sin

from jepamine.mining.street.actors import Actor
from jepamine.mining.street.light import RGB
from jepamine.mining.street.view import Point, View, cover, lamp, spot, tone, within

GLASS: RGB = (44, 54, 66)
TYRE: RGB = (22, 22, 24)
RED: RGB = (255, 40, 28)
WHITE: RGB = (255, 248, 226)
Faces = dict[str, list[Point]]

# of each make: where the body ends upwards, where the cabin starts and ends along the vehicle (shares),
# and how far the cabin's front and rear lean in at the top (shares of the length)
_SHAPES: dict[str, tuple[float, float, float, float, float]] = {
    "hatchback": (0.6, -0.5, 0.22, 0.16, 0.06),
    "saloon": (0.62, -0.36, 0.2, 0.14, 0.1),
    "suv": (0.58, -0.5, 0.24, 0.12, 0.05),
    "van": (0.5, -0.5, 0.4, 0.1, 0.0),
    "lorry": (0.14, -0.5, 0.24, 0.0, 0.0),
    "bus": (0.4, -0.5, 0.5, 0.01, 0.0),
}


def _box(
    view: View,
    centre: tuple[float, float, float],
    along: tuple[float, float],
    half: float,
    up: tuple[float, float],
    lean: tuple[float, float, float],
) -> Faces:
    """Return the faces of a box that the camera sees, and its top, as canvas polygons.

    `centre` is (across, ahead, yaw), `along` where the box ends behind and in front, `half` half its
    width, `up` its bottom and top, `lean` how far the rear, the front and the sides lean in at the top.
    """
    across, ahead, yaw = centre
    c, s = cos(yaw), sin(yaw)

    def at(forward: float, right: float, height: float) -> Point:
        return spot(view, across + forward * s + right * c, height, ahead + forward * c - right * s)

    (back, front), (low, high), (rear_lean, front_lean, side_lean) = along, up, lean
    bottom = {(i, j): at((back, front)[i], (-half, half)[j], low) for i in (0, 1) for j in (0, 1)}
    slim = half - side_lean
    top = {
        (i, j): at((back + rear_lean, front - front_lean)[i], (-slim, slim)[j], high)
        for i in (0, 1)
        for j in (0, 1)
    }
    faces: Faces = {"top": [top[0, 0], top[0, 1], top[1, 1], top[1, 0]]}
    for name, a, b in (
        ("rear", (0, 0), (0, 1)),
        ("front", (1, 1), (1, 0)),
        ("right", (0, 1), (1, 1)),
        ("left", (1, 0), (0, 0)),
    ):
        if bottom[a][0] < bottom[b][0]:
            faces[name] = [bottom[a], bottom[b], top[b], top[a]]
    return faces


_GAINS = {"top": 1.12, "rear": 0.84, "front": 0.9, "right": 0.74, "left": 0.7}


def _fill(view: View, faces: Faces, colour: RGB, across: float, ahead: float) -> None:
    for name, face in faces.items():
        view.draw.polygon(face, fill=tone(view, colour, across, ahead, _GAINS[name]))


def _wheels(view: View, actor: Actor, centre: tuple[float, float, float], near: bool) -> None:
    across, ahead, yaw = centre
    c, s = cos(yaw), sin(yaw)
    length, width, height = actor.size
    radius = 0.32 if height < 2 else 0.45
    black = tone(view, TYRE, across, ahead)
    turns = 8 if near else 5
    for right in (-width / 2, width / 2):
        for forward in (-0.31 * length, 0.32 * length):
            ring = []
            for k in range(turns):
                swing = forward + radius * cos(2 * pi * k / turns)
                up = radius + radius * sin(2 * pi * k / turns)
                ring.append(spot(view, across + swing * s + right * c, up, ahead + swing * c - right * s))
            view.draw.polygon(ring, fill=black)


def _ends(view: View, actor: Actor, body: Faces, ahead: float, brake: float, across: float) -> None:
    """Lamps, plate and bumper of the end that shows."""
    light, size = view.light, view.focal / max(ahead, 2.0)
    dark = light.time_of_day != "day" or light.weather in ("rain", "fog")
    for name in ("rear", "front"):
        face = body.get(name)
        if face is None:
            continue
        low = 0.66 if actor.size[2] < 2 else 0.3
        if ahead < 45:
            view.draw.polygon(within(face, 0, 1, 0, 0.26), fill=tone(view, (48, 48, 50), across, ahead))
        if ahead < 26:
            plate = tone(view, (226, 220, 196), across, ahead)
            view.draw.polygon(within(face, 0.37, 0.63, 0.3, 0.46), fill=plate)
        for left in (0.03, 0.8):
            patch = within(face, left, left + 0.17, low - 0.1, low + 0.12)
            if name == "front":
                colour = WHITE if dark else (206, 210, 214)
            else:
                colour = RED if brake > 0 else ((190, 26, 22) if dark else (126, 26, 26))
            lit = dark or (name == "rear" and brake > 0)
            pixel = tone(view, colour, across, ahead)
            if lit:
                veil = 0.4 if light.weather == "fog" else 1.0
                pixel = tuple(int(p + (c - p) * veil) for p, c in zip(pixel, colour, strict=True))  # type: ignore[assignment]
            view.draw.polygon(patch, fill=pixel)
            if lit:
                middle = ((patch[0][0] + patch[2][0]) / 2, (patch[0][1] + patch[2][1]) / 2)
                halo = (7.0 if name == "front" else 4.0) + (2.5 if brake > 1 else 0.0)
                lamp(view, middle, size * (0.08 if name == "front" else 0.05), colour, halo)


def draw_vehicle(view: View, actor: Actor, across: float, ahead: float, frame: int) -> None:
    """Draw one vehicle with its middle at (`across`, `ahead`) metres from the own lane and camera."""
    length, width, height = actor.size
    yaw = float(actor.yaw[frame])
    centre = (across, ahead, yaw)
    belt, start, stop, front_lean, rear_lean = _SHAPES[actor.kind]
    base, half = (0.28 if height < 2 else 0.42), width / 2
    near = ahead < 32
    if ahead < 45:
        ground = _box(view, centre, (-length / 2 - 0.1, length / 2), half + 0.1, (0.02, 0.02), (0, 0, 0))
        view.draw.polygon(ground["top"], fill=tone(view, (34, 34, 38), across, ahead))
        _wheels(view, actor, centre, near)
    body = _box(view, centre, (-length / 2, length / 2), half, (base, height * belt), (0, 0.06, 0.03))
    cargo = actor.kind == "lorry"
    _fill(view, body, (60, 60, 64) if cargo else actor.colour, across, ahead)
    if cargo:
        cab = _box(view, centre, (length * 0.28, length / 2), half, (base, height * 0.82), (0, 0.1, 0.05))
        _fill(view, cab, actor.second, across, ahead)
        if "front" in cab:
            view.draw.polygon(
                within(cab["front"], 0.08, 0.92, 0.5, 0.9), fill=tone(view, GLASS, across, ahead)
            )
    cabin = _box(
        view,
        centre,
        (length * start, length * stop),
        half - 0.04,
        (height * belt, height),
        (length * rear_lean, length * front_lean, 0.0 if cargo else 0.12),
    )
    _fill(view, cabin, actor.colour, across, ahead)
    glass = tone(view, GLASS, across, ahead)
    for name, face in cabin.items():
        if name == "top" or cargo or (actor.kind == "van" and name == "rear" and actor.style % 2):
            continue
        if name in ("rear", "front"):
            view.draw.polygon(within(face, 0.08, 0.92, 0.14, 0.9), fill=glass)
        elif near:
            parts = 5 if actor.kind == "bus" else 2
            for k in range(parts if actor.kind != "van" else 1):
                edge = (k + 0.06) / parts if name == "left" else 1 - (k + 0.94) / parts
                view.draw.polygon(within(face, edge, edge + 0.88 / parts, 0.14, 0.88), fill=glass)
        else:
            view.draw.polygon(within(face, 0.06, 0.94, 0.14, 0.88), fill=glass)
    if cargo and "rear" in cabin and near:
        seam = tone(view, actor.colour, across, ahead, 0.5)
        view.draw.line([*within(cabin["rear"], 0.5, 0.5, 0.0, 1.0)[1:3]], fill=seam, width=2)
    if near and view.glows:
        cover(view, [point for faces in (body, cabin) for face in faces.values() for point in face])
    _ends(view, actor, body, max(ahead - length / 2, 1.0), float(actor.brake[frame]), across)
