// The player of a call page: sound follows clicks on the timeline, on marks and on words, and the page follows the sound.
(() => {
  "use strict";
  const audio = document.getElementById("audio");
  const timeline = document.getElementById("timeline");
  const script = document.getElementById("script");
  const playhead = document.getElementById("playhead");
  const length = timeline ? Number(timeline.dataset.length) : 0;
  const stepS = 5, leapS = 30, nearPx = 6;
  let words = [], now = -1, silentAt = 0;

  const clock = (s) => `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, "0")}`;
  const at = () => (audio ? audio.currentTime : silentAt);

  function wrapWords() {
    for (const paragraph of script.querySelectorAll("p[data-t]")) {
      const times = paragraph.dataset.t.split(" ").map(Number);
      const walker = document.createTreeWalker(paragraph.querySelector(".said"), NodeFilter.SHOW_TEXT);
      const nodes = [];
      while (walker.nextNode()) nodes.push(walker.currentNode);
      let count = 0;
      for (const node of nodes) {
        const pieces = document.createDocumentFragment();
        for (const part of node.data.split(/([ \n]+)/)) {
          if (part === "" || /^[ \n]+$/.test(part)) { pieces.append(part); continue; }
          const span = document.createElement("span");
          span.className = "w";
          span.textContent = part;
          words.push({ s: times[count], span });
          count += 1;
          pieces.append(span);
        }
        node.replaceWith(pieces);
      }
    }
    words = words.filter((word) => Number.isFinite(word.s)).sort((a, b) => a.s - b.s);
    words.forEach((word, place) => { word.span.dataset.place = place; });
  }

  function show(s) {
    if (timeline) {
      const x = length ? Math.min(1000, (1000 * s) / length) : 0;
      playhead.setAttribute("x1", x);
      playhead.setAttribute("x2", x);
      timeline.setAttribute("aria-valuenow", s.toFixed(1));
      timeline.setAttribute("aria-valuetext", clock(s));
    }
    let low = 0, high = words.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (words[middle].s <= s + 0.01) low = middle + 1; else high = middle;
    }
    if (low - 1 !== now) {
      if (words[now]) words[now].span.classList.remove("now");
      now = low - 1;
      if (words[now]) words[now].span.classList.add("now");
    }
  }

  function seek(s, play) {
    const to = Math.max(0, length ? Math.min(s, length) : s);
    silentAt = to;
    if (audio) {
      audio.currentTime = to;
      if (play) audio.play().catch(() => {});
    }
    show(to);
    if (!audio && words[now]) words[now].span.scrollIntoView({ block: "center" });
  }

  function toggle() {
    if (!audio) return;
    if (audio.paused) audio.play().catch(() => {}); else audio.pause();
  }

  function markTimes() {
    return [...new Set([...timeline.querySelectorAll(".mark")].map((mark) => Number(mark.dataset.s)))].sort((a, b) => a - b);
  }

  function step(key) {
    const s = at();
    if (key === "ArrowUp") return markTimes().find((time) => time > s + 0.05);
    if (key === "ArrowDown") return markTimes().reverse().find((time) => time < s - 0.5);
    return { ArrowRight: s + stepS, ArrowLeft: s - stepS, PageUp: s + leapS, PageDown: s - leapS, Home: 0, End: length }[key];
  }

  function tick() {
    show(at());
    if (!audio.paused) requestAnimationFrame(tick);
  }

  document.addEventListener("click", (event) => {
    const target = event.target;
    const timed = target.closest("[data-s]");
    if (timed) { seek(Number(timed.dataset.s), true); return; }
    const word = target.closest(".w");
    if (word && audio) { seek(words[Number(word.dataset.place)].s, true); return; }
    const drawing = target.closest("#timeline");
    if (drawing && length) {
      const box = drawing.getBoundingClientRect();
      const s = ((event.clientX - box.left) / box.width) * length;
      const near = (nearPx / box.width) * length;
      const mark = markTimes().find((time) => Math.abs(time - s) <= near);
      seek(mark === undefined ? s : mark, true);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const focus = document.activeElement;
    if (event.key === " " && (focus === document.body || focus === timeline)) {
      event.preventDefault();
      toggle();
    } else if (focus === timeline) {
      const to = step(event.key);
      if (to !== undefined) { event.preventDefault(); seek(to, false); }
    }
  });
  if (script) wrapWords();
  if (audio) {
    document.body.classList.add("hears");
    audio.addEventListener("play", () => requestAnimationFrame(tick));
    audio.addEventListener("seeked", () => show(audio.currentTime));
    const sayNoSound = () => { document.getElementById("no-sound").hidden = false; };
    audio.addEventListener("error", sayNoSound);
    if (audio.error) sayNoSound(); // it may have failed before this script ran
    const speed = document.getElementById("speed");
    speed.addEventListener("change", () => { audio.playbackRate = Number(speed.value); });
  }
  if (location.hash.startsWith("#t=")) seek(Number(location.hash.slice(3)) || 0, false);
})();
