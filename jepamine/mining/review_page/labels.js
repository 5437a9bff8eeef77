// Labels of the page's clips: kept by the browser under the key of the run and the score file.
function makeLabels(key, clips) {
  let kept = true;
  let labels = new Map();

  function stored() {
    try {
      const pairs = JSON.parse(localStorage.getItem(key) || "[]");
      return new Map(pairs.filter((pair) => pair[1] === 0 || pair[1] === 1));
    } catch (error) {
      // Broken text is as good as none; a browser that keeps nothing shows itself when we write.
      return new Map();
    }
  }

  function keep(name, text) {
    try {
      localStorage.setItem(name, text);
    } catch (error) {
      kept = false;
    }
  }

  return {
    // Written under a key of its own, to learn whether this browser keeps anything: after a quick reload, the
    // labels read may be older than those being stored, and written back they would replace them.
    read() {
      labels = stored();
      keep("jepamine:kept", "1");
    },
    kept: () => kept,
    get: (clip) => labels.get(clip.line.clip_id) ?? null,
    set(clip, label) {
      // Another tab may have written since: keep its labels of other clips.
      if (kept) labels = stored();
      if (label === null) labels.delete(clip.line.clip_id);
      else labels.set(clip.line.clip_id, label);
      keep(key, JSON.stringify([...labels]));
    },
    count: () => clips.filter((clip) => labels.has(clip.line.clip_id)).length,
    // The labels format: one JSON object a line, for the clips that have a label.
    text: () =>
      clips
        .filter((clip) => labels.has(clip.line.clip_id))
        .map((clip) => JSON.stringify({ ...clip.line, binary_label: labels.get(clip.line.clip_id) }) + "\n")
        .join(""),
  };
}

function download(text, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/jsonl" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
