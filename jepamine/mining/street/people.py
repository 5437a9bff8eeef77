"""Draw people, cyclists and animals as flat figures that face the camera."""

from math import pi, sin

from jepamine.mining.street.actors import Actor
from jepamine.mining.street.light import RGB
from jepamine.mining.street.view import Pixel, Point, View, shade, spot, tone

SKINS: tuple[RGB, ...] = ((224, 178, 148), (190, 138, 104), (128, 86, 62), (236, 196, 170))
STRIDE = 7.5  # radians of gait a second


def _shadow(view: View, foot: Point, reach: float) -> None:
    u, v = foot
    shade(view, (u - reach, v - reach * 0.16, u + reach, v + reach * 0.16))


def _limb(view: View, points: list[Point], thick: float, fill: Pixel) -> None:
    view.draw.line(points, fill=fill, width=max(int(thick), 1))


def _head(view: View, actor: Actor, across: float, ahead: float, middle: Point, head: float) -> None:
    """Draw a head of radius `head` with hair, or a worker's helmet."""
    u, top = middle
    view.draw.ellipse(
        (u - head, top - head, u + head, top + head), fill=tone(view, SKINS[actor.style % 4], across, ahead)
    )
    hair: RGB = (
        (246, 210, 40)
        if actor.kind == "worker"
        else ((52, 40, 32), (96, 70, 44), (30, 28, 28), (150, 146, 142))[actor.style]
    )
    view.draw.pieslice(
        (u - head * 1.1, top - head * 1.2, u + head * 1.1, top + head),
        180,
        360,
        fill=tone(view, hair, across, ahead),
    )


def draw_person(view: View, actor: Actor, across: float, ahead: float, frame: int) -> None:
    """Draw a person on foot.

    A worker wears a bright vest and a helmet. Legs and arms swing with the frames.
    """
    tall = actor.size[2] * view.focal / ahead
    u, v = spot(view, across, 0, ahead)
    worker = actor.kind == "worker"
    coat = tone(view, (240, 128, 28) if worker else actor.colour, across, ahead)
    trousers = tone(view, actor.second, across, ahead)
    if tall < 14:
        view.draw.rectangle((u - tall * 0.11, v - tall, u + tall * 0.11, v - tall * 0.45), fill=coat)
        view.draw.rectangle((u - tall * 0.09, v - tall * 0.45, u + tall * 0.09, v), fill=trousers)
        return
    _shadow(view, (u, v), tall * 0.22)
    sideways = sin(float(actor.yaw[frame]))
    moving = (
        len(actor.along) > 1
        and abs(actor.along[-1] - actor.along[0]) + abs(actor.across[-1] - actor.across[0]) > 0.5
    )
    swing = sin(frame * 0.125 * STRIDE + actor.phase) * (1.0 if moving else 0.15)
    spread = swing * tall * (0.05 + 0.13 * abs(sideways))
    hip, neck = v - tall * 0.48, v - tall * 0.83
    thick = tall * 0.095
    gap = tall * 0.05 * (1 - abs(sideways))
    for way in (-1, 1):
        knee = (u + way * (gap + spread * 0.5), v - tall * 0.25)
        foot = (u + way * (gap + spread), v - (tall * 0.04 if way * swing > 0.5 else 0))
        _limb(view, [(u + way * gap, hip), knee, foot], thick, trousers)
    wide = tall * (0.15 - 0.045 * abs(sideways))
    body = [(u - wide, neck), (u + wide, neck), (u + wide * 0.85, hip), (u - wide * 0.85, hip)]
    arms = tone(view, (240, 128, 28) if worker else actor.colour, across, ahead, 0.8)
    reach = -spread * 0.9
    for way in (-1, 1):
        _limb(
            view,
            [
                (u + way * wide, neck + tall * 0.03),
                (u + way * (wide + abs(reach) * 0.2) + reach * way, hip + tall * 0.03),
            ],
            tall * 0.06,
            arms,
        )
    view.draw.polygon(body, fill=coat)
    if worker:
        stripe = tone(view, (236, 236, 170), across, ahead, 1.1)
        for height in (0.58, 0.68):
            y = v - tall * height
            view.draw.rectangle((u - wide * 0.9, y, u + wide * 0.9, y + tall * 0.03), fill=stripe)
    _head(view, actor, across, ahead, (u, v - tall * 0.92), tall * 0.078)


def draw_cyclist(view: View, actor: Actor, across: float, ahead: float, frame: int) -> None:
    """Draw a cyclist seen from behind."""
    scale = view.focal / ahead
    u, v = spot(view, across, 0, ahead)
    black = tone(view, (28, 28, 30), across, ahead)
    _shadow(view, (u, v), scale * 0.4)
    view.draw.ellipse((u - scale * 0.05, v - scale * 0.68, u + scale * 0.05, v), fill=black)
    swing = sin(frame * 0.125 * STRIDE + actor.phase) * 0.12
    trousers = tone(view, actor.second, across, ahead)
    for way in (-1, 1):
        foot = (u + way * scale * 0.13, v - scale * (0.22 + way * swing))
        _limb(view, [(u + way * scale * 0.1, v - scale * 0.9), foot], scale * 0.13, trousers)
    coat = tone(view, actor.colour, across, ahead)
    wide = scale * 0.22
    view.draw.polygon(
        [
            (u - wide, v - scale * 1.42),
            (u + wide, v - scale * 1.42),
            (u + wide * 0.7, v - scale * 0.85),
            (u - wide * 0.7, v - scale * 0.85),
        ],
        fill=coat,
    )
    head = scale * 0.13
    top = v - scale * 1.56
    helmet = tone(
        view, ((210, 210, 206), (40, 40, 44), (190, 50, 44), (60, 100, 170))[actor.style], across, ahead
    )
    view.draw.ellipse((u - head, top - head, u + head, top + head), fill=helmet)


def draw_animal(view: View, actor: Actor, across: float, ahead: float, frame: int) -> None:
    """Draw a dog, a deer or a cow; seen from the side when it walks across, else from behind."""
    length, _, height = actor.size
    scale = view.focal / ahead
    u, v = spot(view, across, 0, ahead)
    turned = sin(float(actor.yaw[frame]))
    way = 1.0 if turned >= 0 else -1.0
    long, tall = length * scale * max(abs(turned), 0.4), height * scale
    coat = tone(view, actor.colour, across, ahead)
    dark = tone(view, actor.colour, across, ahead, 0.7)
    legs = 0.55 if actor.kind == "deer" else 0.45
    back = {"deer": 0.78, "cow": 0.95, "dog": 0.78}[actor.kind]
    if tall < 6:
        view.draw.rectangle((u - long / 2, v - tall * back, u + long / 2, v - tall * 0.3), fill=coat)
        return
    _shadow(view, (u, v), long * 0.55)
    thick = {"deer": 0.05, "cow": 0.09, "dog": 0.09}[actor.kind] * tall + 1
    gait = frame * 0.125 * STRIDE + actor.phase
    for k, share in enumerate((-0.36, -0.28, 0.26, 0.34)):
        foot = sin(gait + k * pi * 0.55) * long * 0.1
        _limb(
            view, [(u + way * share * long, v - tall * legs), (u + way * share * long + foot, v)], thick, dark
        )
    low, high = v - tall * (legs - 0.1), v - tall * back
    view.draw.rounded_rectangle(
        (u - long / 2, high, u + long / 2, low), radius=(low - high) * 0.45, fill=coat
    )
    if actor.kind == "cow" and actor.colour[0] > 160:
        patch = tone(view, (40, 36, 36), across, ahead)
        for share, size in ((-0.28, 0.15), (0.02, 0.18), (0.32, 0.1)):
            x, y = u + way * share * long, high + (low - high) * (0.4 + share * 0.3)
            view.draw.ellipse(
                (x - size * long, y - size * long * 0.6, x + size * long * 0.8, y + size * long * 0.5),
                fill=patch,
            )
    if actor.kind == "deer":
        belly = tone(view, (214, 190, 160), across, ahead)
        view.draw.line(
            [(u - long * 0.3, low), (u + long * 0.3, low)], fill=belly, width=max(int(tall * 0.04), 1)
        )
    neck = u + way * long * 0.44
    rise = {"deer": 0.98, "cow": 0.86, "dog": 0.96}[actor.kind]
    muzzle = (neck + way * long * 0.24, v - tall * (rise - 0.08))
    skull = (neck + way * long * 0.12, v - tall * rise)
    _limb(view, [(neck - way * long * 0.08, high + (low - high) * 0.4), skull], tall * 0.16, coat)
    _limb(view, [skull, muzzle], tall * 0.12, coat)
    ear = tall * 0.09
    view.draw.polygon(
        [skull, (skull[0] - way * ear, skull[1] - ear), (skull[0] - way * ear * 1.6, skull[1])], fill=dark
    )
    if actor.kind == "deer" and actor.style % 2:
        for lean in (-0.5, 0.6):
            tip = (skull[0] + way * lean * tall * 0.2, skull[1] - tall * 0.26)
            _limb(view, [skull, tip], tall * 0.03 + 1, dark)
            fork = ((skull[0] + tip[0]) / 2, (skull[1] + tip[1]) / 2)
            _limb(view, [fork, (fork[0] + way * tall * 0.09, fork[1] - tall * 0.1)], tall * 0.03 + 1, dark)
    rump = (u - way * long * 0.5, high + (low - high) * 0.2)
    drop = 0.35 if actor.kind == "cow" else (-0.12 if actor.kind == "dog" else 0.05)
    _limb(view, [rump, (rump[0] - way * long * 0.1, rump[1] + tall * drop)], tall * 0.04 + 1, dark)
