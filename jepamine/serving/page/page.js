// State: the chosen image, the response on display, the requests in progress for a scene and its video.
const byId = (id) => document.getElementById(id);
const announce = (text) => (byId("announcement").textContent = text);
const MAX_BYTES = 8 * 2 ** 20;
let image = null;
let shown = null;
let inProgress = null;
let filming = null;

function showError(text) {
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
    throw new Error("The service is unreachable. Is it running?");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.detail || `HTTP error ${response.status}.`);
  return answer;
}

const asDataUrl = (file) =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(new Error("Cannot read the image."));
    reader.readAsDataURL(file);
  });

function choose(file) {
  if (byId("image").disabled) return;
  if (file && file.size > MAX_BYTES) {
    showError(`The image has ${(file.size / 2 ** 20).toFixed(1)} MB; the limit is ${MAX_BYTES / 2 ** 20} MB.`);
    file = null;
  } else showError("");
  const picture = byId("chosen");
  if (picture.src) URL.revokeObjectURL(picture.src);
  picture.removeAttribute("src");
  image = file || null;
  picture.hidden = byId("remove").hidden = !image;
  byId("image-name").textContent = image ? image.name : "Choose, drop or paste an image";
  if (image) picture.src = URL.createObjectURL(image);
  else byId("image").value = "";
}

function formValues() {
  const body = { description: byId("description").value };
  for (const name of ["style", "complexity"]) body[name] = byId(name).value;
  if (!byId("generator-field").hidden) body.generator = byId("generator").value;
  return body;
}

async function generate() {
  if (inProgress) inProgress.abort();
  const controller = (inProgress = new AbortController());
  showError("");
  byId("make").textContent = "Generating …";
  byId("form").setAttribute("aria-busy", "true");
  announce("Generating the scene.");
  try {
    const body = formValues();
    if (!body.description.trim() && !image) throw new Error("Describe the scene or choose an image.");
    if (image) body.image = await asDataUrl(image);
    show(await call("/generate", body, controller.signal));
  } catch (error) {
    if (inProgress === controller) {
      showError(error.message);
      announce("");
    }
  } finally {
    if (inProgress === controller) {
      inProgress = null;
      byId("make").textContent = "Generate the scene";
      byId("form").removeAttribute("aria-busy");
    }
  }
}

const cell = (text) => {
  const node = document.createElement("td");
  node.textContent = text;
  return node;
};

function row(object) {
  const node = document.createElement("tr");
  const numbers = [object.x, object.y, object.width, object.height].map((value) => value.toFixed(2));
  node.append(...[nameOf(object), object.text ?? "", ...numbers].map(cell));
  return node;
}

function show(answer) {
  shown = answer;
  if (filming) filming.abort();
  showVideo(null);
  const share = Math.round(answer.confidence * 100);
  const from = { text: "from the description", image: "from the image", "image and text": "from image and text" };
  byId("layout").replaceChildren(drawLayout(answer.layout));
  byId("layout-note").textContent = `${from[answer.layout_from] ?? answer.layout_from}, ${share} % confidence`;
  const picture = byId("preview");
  picture.hidden = !answer.preview_url;
  byId("no-preview").hidden = !picture.hidden;
  if (answer.preview_url) picture.src = answer.preview_url;
  picture.alt = `The scene as Manim draws it: ${summary(answer.layout)}`;
  const kept = answer.adherence ? `keeps ${Math.round(answer.adherence.within_half * 100)} % of its own layout` : "has run";
  byId("preview-note").textContent = `${Math.round(answer.confidence * 100)} % understood; code by ${answer.generator} ${kept}`;
  byId("code").textContent = answer.code;
  byId("objects").tBodies[0].replaceChildren(...answer.layout.objects.map(row));
  const notes = answer.not_understood.map((item) => {
    const line = document.createElement("li");
    line.textContent = item.text === byId("description").value ? item.reason : `“${item.text}”: ${item.reason}`;
    return line;
  });
  byId("notes").hidden = !notes.length;
  byId("notes").querySelector("ul").replaceChildren(...notes);
  for (const button of document.querySelectorAll("[data-satisfied]")) button.setAttribute("aria-pressed", "false");
  byId("comment").value = byId("thanks").textContent = "";
  byId("copy").textContent = "Copy the code";
  byId("result").hidden = false;
  const suffix = notes.length ? ` ${notes.length} notes.` : "";
  announce(`The scene is ready: ${answer.layout.objects.length} objects, ${answer.seconds.total} seconds.${suffix}`);
  byId("result").scrollIntoView({ block: "nearest" });
  film(answer);
}

// The still stays until the video can be played, and if there is none.
function showVideo(url) {
  const video = byId("video");
  video.hidden = !url;
  byId("preview").hidden = Boolean(url) || !shown.preview_url;
  if (url) {
    if (shown.preview_url) video.poster = shown.preview_url;
    video.setAttribute("aria-label", `Video of the scene: ${summary(shown.layout)}`);
    video.src = url;
  } else {
    video.removeAttribute("src");
    video.removeAttribute("poster");
    video.load();
  }
}

async function film(answer) {
  const controller = (filming = new AbortController());
  const note = (text) => (byId("video-note").textContent = text);
  note("Filming the scene …");
  try {
    const { video_url: url } = await call("/video", { code: answer.code }, controller.signal);
    if (filming !== controller) return;
    showVideo(url);
    note("Video of 426 x 240 pixels, without sound.");
  } catch (error) {
    if (filming === controller) note(`No video, only the last frame: ${error.message}`);
  }
}

async function copy() {
  try {
    await navigator.clipboard.writeText(shown.code);
    byId("copy").textContent = "Copied";
    announce("Code copied.");
  } catch {
    // Without HTTPS a page cannot write to the clipboard, so select the code to be copied by hand.
    getSelection().selectAllChildren(byId("code"));
    announce("Code selected: press Ctrl+C.");
    byId("copy").textContent = "Selected: press Ctrl+C";
  }
}

async function sendFeedback(button) {
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

async function loadOptions() {
  const { generators: names, run } = await (await fetch("/healthz")).json();
  byId("image").disabled = !run;
  if (!run) byId("image-name").textContent = "Images are disabled: the service was started without --run.";
  byId("generator").replaceChildren(...names.map((name) => new Option(name, name)));
  byId("generator-field").hidden = names.length < 2;
}

byId("form").addEventListener("submit", (event) => {
  event.preventDefault();
  generate();
});
byId("description").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) generate();
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
  const file = [...event.clipboardData.files].find((item) => item.type.startsWith("image/"));
  if (file) choose(file);
});
byId("video").addEventListener("error", () => {
  if (!byId("video").getAttribute("src")) return;
  showVideo(null);
  byId("video-note").textContent = "No video, only the last frame: this browser cannot play it.";
});
byId("copy").addEventListener("click", copy);
for (const button of document.querySelectorAll("[data-satisfied]"))
  button.addEventListener("click", () => sendFeedback(button));
loadOptions().catch(() => showError("The service is unreachable. Is it running?"));
