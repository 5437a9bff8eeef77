// Keys, clicks, and what else happens to the page.
const KEYS = {
  1: () => label(here, 1),
  0: () => label(here, 0),
  u: () => label(here, null),
  j: () => move(1),
  k: () => move(-1),
  " ": () => toggle(here),
  ArrowRight: () => step(1),
  ArrowLeft: () => step(-1),
  h: () => heatOn(!byId("heat")?.checked),
  "?": () => byId("help").showModal(),
};

// Keys that the element with the focus has a use for.
function taken(element, key) {
  if (element.closest("select, pre")) return true;
  if (key === " ") return Boolean(element.closest("button, summary, a, input:not([type=range])"));
  return key.startsWith("Arrow") && Boolean(element.closest("input"));
}

document.addEventListener("keydown", (event) => {
  const letter = event.key.length === 1;
  const act = KEYS[letter ? event.key.toLowerCase() : event.key];
  if (!act || !here || here.article.hidden || byId("help").open) return;
  if (event.ctrlKey || event.metaKey || event.altKey || taken(event.target, event.key)) return;
  if (letter && event.key !== " " && !byId("keys-on").checked) return;
  event.preventDefault();
  if (!event.repeat || event.key !== " ") act();
});

function heatOn(on) {
  if (!byId("heat")) return;
  byId("heat").checked = on;
  document.documentElement.classList.toggle("no-heat", !on);
  say(on ? "Heat maps are shown." : "Heat maps are hidden.");
}

for (const clip of clips) {
  clip.article.addEventListener("pointerdown", () => stay(clip));
  clip.article.addEventListener("focusin", () => stay(clip));
  clip.article.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (event.target.matches(".frame") || button?.matches(".play")) toggle(clip);
    const value = button?.dataset.label;
    if (value !== undefined) label(clip, value === "" ? null : Number(value));
    // After the mouse, keys are the clip's again; and a button that is disabled now cannot keep the focus.
    if (button && here === clip && (event.detail > 0 || value === "")) clip.article.focus({ preventScroll: true });
  });
}

// After the mouse, likewise.
function giveBack(event) {
  if (!event.target.matches(":focus-visible")) here?.article.focus({ preventScroll: true });
}

byId("speed").addEventListener("change", (event) => {
  for (const clip of clips) clip.player?.speed(Number(event.target.value));
  giveBack(event);
});
byId("heat")?.addEventListener("change", (event) => {
  heatOn(event.target.checked);
  giveBack(event);
});
byId("advance").addEventListener("change", giveBack);
for (const choice of document.querySelectorAll("[name=filter]"))
  choice.addEventListener("change", (event) => {
    choose();
    giveBack(event);
  });
byId("download").addEventListener("click", () => {
  download(labels.text(), data.download);
  say(`Downloaded: ${data.download}.`);
});
byId("help-button").addEventListener("click", () => byId("help").showModal());

const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");
const theme = () => root.dataset.theme || (dark.matches ? "dark" : "light");
const nameTheme = () => (byId("theme-name").textContent = theme() === "dark" ? "light" : "dark");
byId("theme").addEventListener("click", () => {
  root.dataset.theme = theme() === "dark" ? "light" : "dark";
  nameTheme();
  try {
    localStorage.setItem("jepamine:theme", root.dataset.theme);
  } catch (error) {
    // Then it lasts as long as the page.
  }
});
dark.addEventListener("change", nameTheme);
nameTheme();

// Pictures only near the screen; playback stops off screen.
const near = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      const clip = clips.find((one) => one.article === entry.target);
      if (!entry.isIntersecting) clip.player?.sleep();
      else {
        clip.player?.wake();
        if (clip === here && playing) clip.player?.play();
      }
    }
  },
  { rootMargin: "60% 0%" },
);
document.addEventListener("visibilitychange", () => {
  if (document.hidden) here?.player?.pause();
  else if (playing) here?.player?.play();
});

let waiting = false;
function later() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    follow();
  });
}
addEventListener("scroll", later, { passive: true });
addEventListener("resize", later);
addEventListener("storage", (event) => event.key === data.key && drawAll());
new ResizeObserver(([entry]) => root.style.setProperty("--bar-height", `${entry.target.offsetHeight}px`)).observe(
  document.querySelector(".bar"),
);

if (innerWidth <= 700) byId("overview").open = false;
if (clips.length > 150) document.querySelector(".track").classList.add("many");
drawAll();
follow();
for (const clip of clips) near.observe(clip.article);
