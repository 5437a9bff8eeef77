// Plays one clip: its stills, which are in the page anyway, shown large one after the other.
// `halt` is called when a frame is selected.
function makePlayer(article, clip, halt) {
  const screen = article.querySelector(".screen");
  if (!screen) return null;
  const stills = [...article.querySelectorAll(".stills img")];
  const cells = stills.map((still) => still.closest("li"));
  const seek = article.querySelector(".seek");
  const where = article.querySelector(".where");
  const word = article.querySelector(".play span");
  const heat = clip.heat && makeHeat(clip.heat);
  let picture = null;
  let overlay = null;
  let number = clip.poster;
  let timer = 0;
  let speed = 1;

  function show(next) {
    stills[number].classList.remove("now");
    cells[number].classList.remove("now");
    number = (next + stills.length) % stills.length;
    stills[number].classList.add("now");
    cells[number].classList.add("now");
    seek.value = number + 1;
    seek.setAttribute("aria-valuetext", `frame ${number + 1} of ${stills.length}`);
    where.textContent = `${number + 1} / ${stills.length}`;
    if (picture) picture.src = stills[number].src;
    if (overlay) heat(overlay, number);
  }

  function tick() {
    timer = setTimeout(() => {
      show(number + 1);
      tick();
    }, clip.milliseconds[number] / speed);
  }

  const player = {
    playing: () => timer !== 0,
    play() {
      if (timer || stills.length < 2) return;
      player.wake();
      article.classList.add("playing");
      word.textContent = "Pause";
      tick();
    },
    pause() {
      clearTimeout(timer);
      timer = 0;
      article.classList.remove("playing");
      word.textContent = "Play";
    },
    step: (by) => show(number + by),
    speed(factor) {
      speed = factor;
      if (timer) {
        clearTimeout(timer);
        tick();
      }
    },
    // A picture only where it is, or soon will be, on the screen.
    wake() {
      if (picture) return;
      picture = new Image();
      picture.alt = "The clip's frame";
      picture.className = "frame";
      screen.append(picture);
      if (heat) {
        overlay = document.createElement("canvas");
        overlay.className = "heat";
        overlay.width = stills[0].width;
        overlay.height = stills[0].height;
        screen.append(overlay);
      }
      show(number);
    },
    sleep() {
      player.pause();
      picture?.remove();
      overlay?.remove();
      picture = overlay = null;
    },
  };
  function pick(at) {
    halt();
    show(at);
  }

  seek.addEventListener("input", () => pick(seek.value - 1));
  stills.forEach((still, at) => still.addEventListener("click", () => pick(at)));
  show(number);
  return player;
}
