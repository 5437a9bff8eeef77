// The page's state: the clip one is at, what is shown, and what the labels say.
const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const labels = makeLabels(data.key, data.clips);
const clips = [...document.querySelectorAll(".clip")].map((article, index) => ({
  article,
  index,
  line: data.clips[index],
  player: makePlayer(article, data.clips[index], halt),
  mark: document.querySelector(".track").children[index],
}));
const WORDS = { 1: "worth keeping", 0: "not worth keeping" };
let here = null;
let playing = !matchMedia("(prefers-reduced-motion: reduce)").matches;

const say = (text) => (byId("said").textContent = text);
const visible = () => clips.filter((clip) => !clip.article.hidden);
const onlyUnlabelled = () => document.querySelector("[name=filter]:checked").value === "unlabelled";

function draw(clip) {
  const label = labels.get(clip.line);
  const text = label === null ? "" : String(label);
  for (const element of [clip.article, clip.mark]) element.dataset.label = text;
  clip.article.querySelector(".state").textContent = WORDS[text] ?? "not labelled";
  for (const button of clip.article.querySelectorAll(".labels [aria-pressed]"))
    button.setAttribute("aria-pressed", String(button.dataset.label === text));
  clip.article.querySelector(".clear").disabled = label === null;
}

function count() {
  const done = labels.count();
  byId("labelled").textContent = done;
  byId("left").textContent = clips.length - done;
  byId("download").disabled = done === 0;
  byId("not-kept").hidden = labels.kept();
  return `${done} labelled, ${clips.length - done} left`;
}

function label(clip, value) {
  labels.set(clip.line, value);
  draw(clip);
  say(`Clip ${clip.index + 1}: ${WORDS[value] ?? "label cleared"}. ${count()}.`);
  if (value !== null && byId("advance").checked) move(1);
}

function drawAll() {
  labels.read();
  clips.forEach(draw);
  count();
}

// A clip that gets its label while only unlabelled ones are shown stays until one leaves it (`kept`): a slip
// can be undone.
function sieve(kept) {
  for (const clip of clips)
    clip.article.hidden = onlyUnlabelled() && clip !== kept && labels.get(clip.line) !== null;
  byId("none-left").hidden = visible().length > 0;
}

function stay(clip) {
  if (here === clip) return;
  for (const element of here ? [here.article, here.mark] : []) element.classList.remove("here");
  here?.article.removeAttribute("aria-current");
  here?.player?.pause();
  here = clip;
  for (const element of [clip.article, clip.mark]) element.classList.add("here");
  clip.article.setAttribute("aria-current", "true");
  if (playing && !document.hidden) clip.player?.play();
}

function go(clip) {
  stay(clip);
  sieve(clip);
  clip.article.focus({ preventScroll: true });
  clip.article.scrollIntoView({ block: "start" });
}

function move(by) {
  const shown = visible();
  const next = shown[shown.indexOf(here) + by];
  if (next) go(next);
  else say(by > 0 ? "This is the last clip." : "This is the first clip.");
}

function choose() {
  sieve(null);
  const shown = visible();
  if (shown.length && here.article.hidden) go(shown.find((clip) => clip.index > here.index) ?? shown.at(-1));
  say(`${shown.length} of ${clips.length} clips shown.`);
}

// Scrolled away from the clip one was at: the one that has most of the screen's upper half is next.
function follow() {
  const top = document.querySelector(".bar").getBoundingClientRect().bottom;
  const bottom = top + 0.5 * (innerHeight - top);
  const held = (clip) => {
    const box = clip.article.getBoundingClientRect();
    return Math.min(box.bottom, bottom) - Math.max(box.top, top);
  };
  if (here && !here.article.hidden && held(here) > 0) return;
  const best = visible().reduce((a, b) => (a && held(a) >= held(b) ? a : b), null);
  if (best && (!here || held(best) > 0)) stay(best);
}

function halt() {
  playing = false;
  here?.player?.pause();
}

function toggle(clip) {
  stay(clip);
  if (clip.player?.playing()) halt();
  else {
    playing = true;
    clip.player?.play();
  }
}

function step(by) {
  halt();
  here.player?.step(by);
}
