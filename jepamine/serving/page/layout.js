// Draw a layout as SVG: one box per object, in frame units (14.22 x 8, y up), 80 pixels per unit.
const SVG = "http://www.w3.org/2000/svg";
const [FRAME_WIDTH, FRAME_HEIGHT, UNIT] = [128 / 9, 8, 80];

function element(name, attributes, text) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text !== undefined) node.textContent = text;
  return node;
}

const nameOf = (object) => object.type.replaceAll("_", " ");
const summary = (layout) =>
  layout.objects.map((object) => nameOf(object) + (object.text ? ` “${object.text}”` : "")).join(", ");

// Replace colours that are too dark for the black frame.
function visible(colour) {
  if (!colour) return "#a9c7ff";
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return 0.3 * red + 0.6 * green + 0.1 * blue < 60 ? "#8a94a0" : colour;
}

function drawLayout(layout) {
  const width = Math.round(FRAME_WIDTH * UNIT);
  const height = FRAME_HEIGHT * UNIT;
  const label = summary(layout) || "an empty frame";
  const svg = element("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `Layout: ${label}` });
  svg.append(
    element("line", { class: "axis", x1: 0, x2: width, y1: height / 2, y2: height / 2 }),
    element("line", { class: "axis", x1: width / 2, x2: width / 2, y1: 0, y2: height }),
  );
  const inOrder = [...layout.objects].sort((a, b) => a.z - b.z);
  for (const object of inOrder) {
    const colour = visible(object.color);
    const [wide, high] = [Math.max(object.width * UNIT, 3), Math.max(object.height * UNIT, 3)];
    const x = width / 2 + object.x * UNIT - wide / 2;
    const y = height / 2 - object.y * UNIT - high / 2;
    svg.append(
      element("rect", {
        x, y, width: wide, height: high, rx: 4, fill: colour, "fill-opacity": 0.16, stroke: colour, "stroke-width": 4,
      }),
      element(
        "text",
        { x: Math.min(Math.max(x + wide / 2, 90), width - 90), y: Math.max(y - 12, 32), fill: colour,
          "text-anchor": "middle" },
        nameOf(object),
      ),
    );
  }
  return svg;
}
