// Heat maps over the film: cells of the encoder's grid, the more novel the redder.
// Below the scale's lower end a frame stays as it is.
const TRANSPARENT = 0.72;

function heatColour(level) {
  return [255, Math.round(225 * (1 - level)), Math.round(60 * level), Math.round(255 * TRANSPARENT * level ** 0.7)];
}

// Draws the maps of one clip into canvases that cover its frames.
function makeHeat(heat) {
  const bytes = Uint8Array.from(atob(heat.maps), (letter) => letter.charCodeAt(0));
  const cells = heat.rows * heat.columns;
  const small = document.createElement("canvas");
  small.width = heat.columns;
  small.height = heat.rows;

  return function draw(canvas, number) {
    const pixels = new Uint8ClampedArray(4 * cells);
    for (let cell = 0; cell < cells; cell += 1) pixels.set(heatColour(bytes[number * cells + cell] / 255), 4 * cell);
    small.getContext("2d").putImageData(new ImageData(pixels, heat.columns, heat.rows), 0, 0);
    const [left, top, right, bottom] = heat.view;
    const { width, height } = canvas;
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, width, height);
    context.drawImage(small, left * width, top * height, (right - left) * width, (bottom - top) * height);
  };
}
