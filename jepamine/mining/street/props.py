"""Draw the loose objects of pavements and events."""

from math import cos, sin

from jepamine.mining.street.actors import Actor
from jepamine.mining.street.view import View, lamp, shade, spot, tone, within


def draw_loose(view: View, actor: Actor, across: float, ahead: float, frame: int) -> None:
    """Draw something that can be carried or lost: a crate, a cone, a barrier, a tyre, a ladder and so on."""
    long, wide, tall = actor.size
    scale = view.focal / ahead
    u, v = spot(view, across, 0, ahead)
    half, top = wide * scale / 2, v - tall * scale
    draw, kind = view.draw, actor.kind
    fill = tone(view, actor.colour, across, ahead)
    light = tone(view, actor.colour, across, ahead, 1.18)
    dark = tone(view, actor.colour, across, ahead, 0.66)
    white = tone(view, (236, 236, 232), across, ahead)
    orange = tone(view, (228, 88, 24), across, ahead)
    yaw = float(actor.yaw[frame])
    if scale * wide > 8 and kind not in ("barrier", "arrow"):
        shade(view, (u - half * 1.25, v - half * 0.22, u + half * 1.25, v + half * 0.22), 1.3)
    if kind in ("crate", "bin", "mattress"):
        slant = sin(yaw) * half
        near = [
            (u - half, v - abs(slant) * 0.15),
            (u + slant, v),
            (u + slant, top),
            (u - half, top - abs(slant) * 0.1),
        ]
        side = [
            (u + slant, v),
            (u + half, v - abs(slant) * 0.15),
            (u + half, top - abs(slant) * 0.1),
            (u + slant, top),
        ]
        draw.polygon(near, fill=fill)
        draw.polygon(side, fill=dark)
        lift = long * scale / ahead * (view.eye - tall)
        lid = [near[3], (u + slant, top), side[2], (u + half * 0.8, top - lift), (u - half * 0.8, top - lift)]
        draw.polygon(lid, fill=light)
        if kind == "mattress":
            for share in (0.25, 0.5, 0.75):
                draw.line([*within(near, 0, 1, share, share)[:2]], fill=dark, width=max(int(scale * 0.03), 1))
        elif scale > 18 and kind == "crate":
            draw.line([*within(near, 0, 1, 0.5, 0.5)[:2]], fill=light, width=max(int(scale * 0.05), 1))
    elif kind == "cone":
        draw.polygon(
            [(u - half, v), (u + half, v), (u + half * 0.16, top), (u - half * 0.16, top)], fill=orange
        )
        for low, high in ((0.32, 0.5), (0.66, 0.78)):
            a, b = half * (1 - 0.84 * low), half * (1 - 0.84 * high)
            y, z = v + (top - v) * low, v + (top - v) * high
            draw.polygon([(u - a, y), (u + a, y), (u + b, z), (u - b, z)], fill=white)
        draw.rectangle((u - half * 1.2, v - half * 0.2, u + half * 1.2, v), fill=dark)
    elif kind == "barrier":
        for up in (0.42, 0.74):
            y, z = v + (top - v) * up, v + (top - v) * (up + 0.24)
            draw.rectangle((u - half, z, u + half, y), fill=white)
            for k in range(4):
                x = u - half + half * k * 0.5
                draw.polygon(
                    [(x, y), (x + half * 0.25, y), (x + half * 0.45, z), (x + half * 0.2, z)], fill=orange
                )
        for x in (u - half * 0.8, u + half * 0.8):
            draw.line([(x, v), (x, top)], fill=dark, width=max(int(scale * 0.06), 1))
    elif kind == "tyre":
        black, rim = tone(view, (26, 26, 28), across, ahead), tone(view, (92, 92, 96), across, ahead)
        flatness = 0.5 + 0.5 * abs(cos(yaw * 2))
        r = half * flatness
        draw.ellipse((u - half, v - 2 * r, u + half, v), fill=black)
        draw.ellipse((u - half * 0.5, v - 1.5 * r, u + half * 0.5, v - 0.5 * r), fill=rim)
    elif kind == "ladder":
        steel = tone(view, (206, 208, 206), across, ahead, 1.1)
        ends = [(-half, 0.0, 0.05), (half, tall * 0.6, 0.25)]
        (ax, ay, _), (bx, by, _) = ends
        gap = tall * scale * 0.7
        for shift in (0.0, gap):
            draw.line(
                [(u + ax, v - ay * scale - shift), (u + bx, v - by * scale - shift)],
                fill=steel,
                width=max(int(scale * 0.1), 1),
            )
        for k in range(8):
            share = (k + 0.5) / 8
            x, y = u + ax + (bx - ax) * share, v - by * scale * share
            draw.line([(x, y), (x, y - gap)], fill=steel, width=max(int(scale * 0.07), 1))
    elif kind == "arrow":
        draw.line([(u, v), (u, top)], fill=dark, width=max(int(scale * 0.2), 1))
        draw.rectangle(
            (u - half, top, u + half, v - tall * scale * 0.4), fill=tone(view, (34, 34, 36), across, ahead)
        )
        way, y = (1 if actor.style % 2 else -1), (top + v - tall * scale * 0.4) / 2
        for k in range(7):
            x = u + way * half * (-0.7 + 0.22 * k)
            for rise in (0.0,) if k < 4 else (0.0, 0.28 * (6 - k), -0.28 * (6 - k)):
                lamp(view, (x, y + rise * half), half * 0.09, (255, 196, 60), 3.0)


def draw_smoke(view: View, actor: Actor, across: float, ahead: float, frame: int) -> None:
    """Draw a drifting puff of smoke above the road; puffs with a phase rise higher."""
    scale = view.focal / max(ahead, 2.0)
    _, wide, tall = actor.size
    fill = (*tone(view, actor.colour, across, ahead), 64)
    for k in range(5):
        drift = 0.25 * sin(frame * 0.5 + k * 2.4 + actor.along[0])
        up = 0.3 + actor.phase * 0.9 + tall * 0.22 * k
        u, v = spot(view, across + drift * wide * 1.4, up, max(ahead, 2.0))
        a, b = wide * scale * (0.35 + 0.07 * k), tall * scale * (0.35 + 0.06 * k)
        view.veil.ellipse((u - a, v - b, u + a, v + b), fill=fill)
