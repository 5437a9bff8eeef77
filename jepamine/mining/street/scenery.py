"""Draw what is fixed in place: buildings, trees, lamps, signs, barriers, marks on the asphalt."""

from jepamine.mining.street.actors import Actor
from jepamine.mining.street.light import RGB
from jepamine.mining.street.view import View, flat, lamp, shade, spot, tone, within

LAMPLIGHT: RGB = (255, 206, 140)


def _bits(style: int, k: int) -> float:
    """Return a fixed pseudo-random number in 0..1 for item `k` of a thing of this style."""
    return ((style * 2654435761 + k * 40503 + 12345) * 1103515245 >> 8 & 0xFFFF) / 65536.0


def draw_building(view: View, actor: Actor, across: float, ahead: float, frame: int) -> None:
    """Draw a block with its wall along the road at `across`, with windows; some are lit after dark."""
    length, depth, height = actor.size
    start, stop = max(ahead - length / 2, 1.6), ahead + length / 2
    if stop < 3:
        return
    dark = view.light.time_of_day != "day"
    if start > 2:
        end = [spot(view, across + depth * (k in (1, 2)), height * (k > 1), start) for k in range(4)]
        view.draw.polygon(end, fill=tone(view, actor.colour, across, start, 0.8))
    wall = [
        spot(view, across, 0, start),
        spot(view, across, 0, stop),
        spot(view, across, height, stop),
        spot(view, across, height, start),
    ]
    view.draw.polygon(wall, fill=tone(view, actor.colour, across, (start + stop) / 2))
    if start > 70:
        return
    floors, bays = max(int(height / 3.1), 1), max(int(length / (3.4 if start < 45 else 6.0)), 1)
    whole, shown = length, stop - start
    for bay in range(bays):
        # windows keep their place on the wall while its near end slides out of sight
        left = 1 - (1 - (bay + 0.25) / bays) * whole / shown
        right = 1 - (1 - (bay + 0.75) / bays) * whole / shown
        if right < 0.02:
            continue
        for floor in range(floors):
            chance = _bits(actor.style, bay * 31 + floor)
            low = (floor + (0.3 if floor else 0.05)) / floors
            patch = within(wall, max(left, 0.0), right, low, (floor + 0.8) / floors)
            z = start + shown * (left + right) / 2
            if dark and chance < 0.28:
                warm = 170 + 80 * _bits(actor.style, bay * 7 + floor * 3)
                fill = (int(warm), int(warm * 0.82), int(warm * 0.5))
            else:
                fill = tone(view, actor.second, across, z, 0.8 + 0.5 * chance)
            view.draw.polygon(patch, fill=fill)


def draw_tree(view: View, actor: Actor, across: float, ahead: float, frame: int) -> None:
    """Draw a trunk with a crown of blobs, or bare branches (odd styles)."""
    scale = view.focal / ahead
    _, wide, tall = actor.size
    u, v = spot(view, across, 0, ahead)
    top, reach = v - tall * scale, wide * scale / 2
    trunk = tone(view, (88, 68, 52), across, ahead)
    thick = max(int(0.32 * scale), 1)
    if actor.style % 2:
        view.draw.line([(u, v), (u, top + reach * 0.5)], fill=trunk, width=thick)
        for k in range(7):
            fork = v + (top - v) * (0.35 + 0.09 * k)
            lean = reach * (1.1 - 0.09 * k) * (1 if k % 2 else -1)
            view.draw.line([(u, fork), (u + lean, fork - reach * 0.9)], fill=trunk, width=max(thick // 3, 1))
        return
    view.draw.line([(u, v), (u, top + reach)], fill=trunk, width=thick)
    for k in range(6 if ahead < 35 else 3 if ahead < 70 else 2):
        a, b, c = (_bits(actor.style, 3 * k + j) for j in range(3))
        x, y = u + (a - 0.5) * reach * 1.3, top + reach * (0.55 + 1.2 * b)
        r = reach * (0.45 + 0.25 * c)
        gain = 0.78 + 0.4 * (1 - b) + 0.08 * a
        view.draw.ellipse((x - r, y - r, x + r, y + r), fill=tone(view, actor.colour, across, ahead, gain))


def draw_lamp(view: View, actor: Actor, across: float, ahead: float, frame: int) -> None:
    """Draw a street lamp; it burns after dark."""
    _, arm, tall = actor.size
    scale = view.focal / ahead
    foot, head = spot(view, across, 0, ahead), spot(view, across, tall, ahead)
    end = spot(view, across + arm, tall + 0.15, ahead)
    grey = tone(view, actor.colour, across, ahead)
    view.draw.line([foot, head, end], fill=grey, width=max(int(0.13 * scale), 1))
    if view.light.time_of_day != "day":
        lamp(view, end, 0.16 * scale, LAMPLIGHT, 9.0)


def draw_sign(view: View, actor: Actor, across: float, ahead: float, frame: int) -> None:
    """Draw a traffic sign: round, three-cornered or square."""
    _, wide, tall = actor.size
    scale = view.focal / ahead
    u, v = spot(view, across, 0, ahead)
    top, r = v - tall * scale, wide * scale / 2
    view.draw.line(
        [(u, v), (u, top)], fill=tone(view, (120, 122, 124), across, ahead), width=max(int(0.07 * scale), 1)
    )
    rim, plate = tone(view, actor.colour, across, ahead), tone(view, (228, 228, 224), across, ahead)
    if actor.style == 0:
        view.draw.ellipse((u - r, top - r, u + r, top + r), fill=rim)
        view.draw.ellipse((u - r * 0.65, top - r * 0.65, u + r * 0.65, top + r * 0.65), fill=plate)
    elif actor.style == 1:
        view.draw.polygon([(u - r, top + r * 0.8), (u + r, top + r * 0.8), (u, top - r)], fill=rim)
        inner = [(u - r * 0.55, top + r * 0.5), (u + r * 0.55, top + r * 0.5), (u, top - r * 0.5)]
        view.draw.polygon(inner, fill=plate)
    else:
        view.draw.rectangle((u - r, top - r, u + r, top + r), fill=plate)
        view.draw.rectangle((u - r * 0.85, top - r * 0.85, u + r * 0.85, top + r * 0.85), fill=rim)


def draw_signal(view: View, actor: Actor, across: float, ahead: float, frame: int) -> None:
    """Traffic lights on a pole: red for odd styles, else green."""
    scale = view.focal / ahead
    u, v = spot(view, across, 0, ahead)
    top, half = v - actor.size[2] * scale, 0.18 * scale
    black = tone(view, actor.colour, across, ahead)
    view.draw.line([(u, v), (u, top)], fill=black, width=max(int(0.12 * scale), 1))
    view.draw.rectangle((u - half, top - half * 2.6, u + half, top + half * 2.6), fill=black)
    red = actor.style % 2
    colour: RGB = (255, 50, 40) if red else (70, 240, 150)
    lamp(view, (u, top - half * 1.6 if red else top + half * 1.6), half * 0.7, colour, 4.0)


def draw_rail(view: View, actor: Actor, across: float, ahead: float, frame: int) -> None:
    """Draw a length of crash barrier beside a highway."""
    start, stop = max(ahead, 1.2), ahead + actor.size[0]
    if stop < 1.5:
        return
    band = [spot(view, across, up, z) for up, z in ((0.45, start), (0.45, stop), (0.78, stop), (0.78, start))]
    view.draw.polygon(band, fill=tone(view, actor.colour, across, (start + stop) / 2))
    post = [spot(view, across, 0, stop), spot(view, across, 0.6, stop)]
    view.draw.line(
        post, fill=tone(view, (110, 112, 114), across, stop), width=max(int(0.12 * view.focal / stop), 1)
    )


def draw_mark(view: View, actor: Actor, across: float, ahead: float, frame: int) -> None:
    """Draw a flat mark on the asphalt: a manhole, a patch, a crack, leaves or a skid mark."""
    deep, wide, _ = actor.size
    start, stop = max(ahead - deep / 2, 1.5), ahead + deep / 2
    if stop < 2.5 or ahead > 60:
        return
    fill = tone(view, actor.colour, across, ahead)
    if actor.kind == "shade":
        top, low = spot(view, across, 0, stop)[1], spot(view, across, 0, start)[1]
        left, right = (spot(view, across + k * wide / 2, 0, max(ahead, 2.0))[0] for k in (-1, 1))
        shade(view, (left, top, right, low), 0.5)
    elif actor.kind in ("patch", "skid"):
        flat(view, across - wide / 2, across + wide / 2, start, stop, fill)
    elif actor.kind == "manhole":
        if ahead < 1.8:
            return
        (a, top), (b, low) = spot(view, across - wide / 2, 0, stop), spot(view, across + wide / 2, 0, start)
        view.draw.ellipse(
            (min(a, b), top, max(a, b), max(low, top + 1)), fill=tone(view, actor.colour, across, ahead, 0.62)
        )
    elif actor.kind == "crack":
        dark = tone(view, actor.colour, across, ahead, 0.6)
        line = [
            spot(view, across + (_bits(actor.style, k) - 0.5) * wide, 0, start + (stop - start) * k / 4)
            for k in range(5)
        ]
        view.draw.line(line, fill=dark, width=max(int(0.05 * view.focal / ahead), 1))
    else:
        for k in range(5):
            x = across + (_bits(actor.style, k) - 0.5) * 1.6
            z = max(ahead + (_bits(actor.style, k + 9) - 0.5) * 1.6, 2.0)
            flat(view, x - 0.1, x + 0.1, z - 0.1, z + 0.12, fill)
