// The page's state: the image that was chosen, the answer that is shown, what is under way.
const byId = (id) => document.getElementById(id);
const say = (text) => (byId("said").textContent = text);
const LARGEST = 8 * 2 ** 20;
let image = null;
let shown = null;
let underWay = null;

function complain(text) {
  byId("error").textContent = text;
  byId("error").hidden = !text;
}

async function call(path, body, signal) {
  let response;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      signal,
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The service cannot be reached. Is it still running?");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.detail || `The service answered ${response.status}.`);
  return answer;
}

const asDataUrl = (file) =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(new Error("The image cannot be read."));
    reader.readAsDataURL(file);
  });

function choose(file) {
  if (byId("image").disabled) return;
  if (file && file.size > LARGEST) {
    complain(`The image has ${(file.size / 2 ** 20).toFixed(1)} MB; ${LARGEST / 2 ** 20} MB at most are sent.`);
    file = null;
  } else complain("");
  const picture = byId("chosen");
  if (picture.src) URL.revokeObjectURL(picture.src);
  picture.removeAttribute("src");
  image = file || null;
  picture.hidden = byId("remove").hidden = !image;
  byId("image-name").textContent = image ? image.name : "Choose an image, or drop or paste one";
  if (image) picture.src = URL.createObjectURL(image);
  else byId("image").value = "";
}

function asked() {
  const body = { description: byId("description").value };
  for (const name of ["style", "complexity"]) body[name] = byId(name).value;
  if (!byId("generator-field").hidden) body.generator = byId("generator").value;
  return body;
}

async function make() {
  if (underWay) underWay.abort();
  const mine = (underWay = new AbortController());
  complain("");
  byId("make").textContent = "Making it …";
  byId("form").setAttribute("aria-busy", "true");
  say("Making the scene.");
  try {
    const body = asked();
    if (!body.description.trim() && !image) throw new Error("Say what the scene shows, or choose an image.");
    if (image) body.image = await asDataUrl(image);
    show(await call("/generate", body, mine.signal));
  } catch (error) {
    if (underWay === mine) {
      complain(error.message);
      say("");
    }
  } finally {
    if (underWay === mine) {
      underWay = null;
      byId("make").textContent = "Make the scene";
      byId("form").removeAttribute("aria-busy");
    }
  }
}

const cell = (text) => {
  const made = document.createElement("td");
  made.textContent = text;
  return made;
};

function row(object) {
  const made = document.createElement("tr");
  const numbers = [object.x, object.y, object.width, object.height].map((value) => value.toFixed(2));
  made.append(...[nameOf(object), object.text ?? "", ...numbers].map(cell));
  return made;
}

function show(answer) {
  shown = answer;
  const share = Math.round(answer.confidence * 100);
  const from = { text: "from the description", image: "from the image", "image and text": "from image and words" };
  byId("layout").replaceChildren(drawLayout(answer.layout));
  byId("layout-note").textContent = `${from[answer.layout_from] ?? answer.layout_from}, ${share} % sure`;
  const picture = byId("preview");
  picture.hidden = !answer.preview_url;
  byId("no-preview").hidden = !picture.hidden;
  if (answer.preview_url) picture.src = answer.preview_url;
  picture.alt = `The scene as Manim draws it: ${inWords(answer.layout)}`;
  const kept = Math.round(answer.adherence.within_half * 100);
  byId("preview-note").textContent = `${kept} % of objects in place, by ${answer.generator}`;
  byId("code").textContent = answer.code;
  byId("objects").tBodies[0].replaceChildren(...answer.layout.objects.map(row));
  const missed = answer.not_understood.map((item) => {
    const line = document.createElement("li");
    line.textContent = item.text === byId("description").value ? item.reason : `“${item.text}”: ${item.reason}`;
    return line;
  });
  byId("missed").hidden = !missed.length;
  byId("missed").querySelector("ul").replaceChildren(...missed);
  for (const button of document.querySelectorAll("[data-satisfied]")) button.setAttribute("aria-pressed", "false");
  byId("comment").value = byId("thanks").textContent = "";
  byId("copy").textContent = "Copy the code";
  byId("result").hidden = false;
  const left = missed.length ? ` ${missed.length} to note.` : "";
  say(`The scene is there: ${answer.layout.objects.length} objects, ${answer.seconds.total} seconds.${left}`);
  byId("result").scrollIntoView({ block: "nearest" });
}

async function copy() {
  try {
    await navigator.clipboard.writeText(shown.code);
    byId("copy").textContent = "Copied";
    say("The code is copied.");
  } catch {
    // Without https a page may not write there; what is selected can be copied by hand.
    getSelection().selectAllChildren(byId("code"));
    say("The code is selected: press Ctrl C.");
    byId("copy").textContent = "Selected: press Ctrl C";
  }
}

async function judge(button) {
  const body = { id: shown.id, satisfied: button.dataset.satisfied === "true" };
  if (byId("comment").value.trim()) body.comment = byId("comment").value;
  try {
    await call("/feedback", body);
    for (const other of document.querySelectorAll("[data-satisfied]"))
      other.setAttribute("aria-pressed", String(other === button));
    byId("thanks").textContent = "Thank you.";
  } catch (error) {
    byId("thanks").textContent = error.message;
  }
}

async function offered() {
  const { generators: names, run } = await (await fetch("/healthz")).json();
  byId("image").disabled = !run;
  if (!run) byId("image-name").textContent = "This service reads no images: it was started without --run.";
  byId("generator").replaceChildren(...names.map((name) => new Option(name, name)));
  byId("generator-field").hidden = names.length < 2;
}

byId("form").addEventListener("submit", (event) => {
  event.preventDefault();
  make();
});
byId("description").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) make();
});
byId("image").addEventListener("change", (event) => choose(event.target.files[0]));
byId("remove").addEventListener("click", () => {
  choose(null);
  byId("image").focus();
});
for (const kind of ["dragover", "dragleave", "drop"])
  addEventListener(kind, (event) => {
    event.preventDefault();
    byId("drop").classList.toggle("over", kind === "dragover");
    if (kind === "drop" && event.dataTransfer.files.length) choose(event.dataTransfer.files[0]);
  });
addEventListener("paste", (event) => {
  const file = [...event.clipboardData.files].find((one) => one.type.startsWith("image/"));
  if (file) choose(file);
});
byId("copy").addEventListener("click", copy);
for (const button of document.querySelectorAll("[data-satisfied]"))
  button.addEventListener("click", () => judge(button));
offered().catch(() => complain("The service cannot be reached. Is it still running?"));
