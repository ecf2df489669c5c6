// The filter. The page is complete without it: the form is shown only once this runs.
"use strict";
(() => {
  const form = document.querySelector("form.filter");
  if (!form) return;
  const told = form.querySelector("output");
  const articles = [...document.querySelectorAll("article")].map((article) => ({
    article,
    notes: [...article.querySelectorAll("li[data-rule]")],
    entry: document.querySelector(`.contents a[href="#${article.id}"]`)?.closest("li"),
    text: "",
  }));

  function fits(note, wanted) {
    return ["kind", "tier", "rule"].every((key) => !wanted[key] || note.dataset[key] === wanted[key]);
  }

  function show() {
    const wanted = Object.fromEntries(new FormData(form));
    const text = wanted.text.trim().toLowerCase();
    const choosy = Boolean(wanted.kind || wanted.tier || wanted.rule);
    let n = 0;
    for (const one of articles) {
      let some = !choosy;
      for (const note of one.notes) {
        const fit = fits(note, wanted);
        some ||= fit;
        note.classList.toggle("dim", !fit);
        document.getElementById(`t${note.id.slice(1)}`)?.classList.toggle("dim", !fit);
      }
      if (some && text) {
        one.text ||= one.article.textContent.toLowerCase();
        some = one.text.includes(text);
      }
      one.article.hidden = !some;
      if (one.entry) one.entry.hidden = !some;
      n += some;
    }
    const filtered = choosy || text;
    told.textContent = filtered ? told.dataset.form.replace("{n}", n).replace("{of}", articles.length) : "";
  }

  // Typing shall not wait for a search through megabytes.
  let due;
  form.addEventListener("input", () => {
    clearTimeout(due);
    due = setTimeout(show, 150);
  });
  form.addEventListener("reset", () => setTimeout(show));
  form.addEventListener("submit", (event) => event.preventDefault());
  // A link into an article that the filter hides must lead there.
  addEventListener("hashchange", () => {
    const target = document.getElementById(location.hash.slice(1));
    if (target?.closest("article")?.hidden) {
      form.reset();
      setTimeout(() => target.scrollIntoView(), 50);
    }
  });
  form.hidden = false;
  // What a browser remembers of the form across a reload is obeyed, not only shown.
  show();
})();
