(function () {
  "use strict";
  var filter = document.getElementById("filter");
  if (!filter) { return; }
  var search = document.getElementById("search");
  var told = document.getElementById("told");
  var none = document.getElementById("none");
  var boxes = Array.prototype.slice.call(filter.querySelectorAll("input[type=checkbox]"));
  var findings = Array.prototype.slice.call(document.querySelectorAll("[data-severity]"));
  var texts = findings.map(function (f) { return f.textContent.toLowerCase(); });
  function narrow() {
    var wanted = {}, words = search.value.toLowerCase().split(/\s+/).filter(Boolean), shown = 0;
    boxes.forEach(function (b) { wanted[b.value] = b.checked; });
    findings.forEach(function (f, i) {
      var fits = wanted[f.dataset.severity] && words.every(function (w) { return texts[i].indexOf(w) >= 0; });
      f.hidden = !fits;
      if (fits) { shown += 1; }
    });
    told.textContent = shown + " of " + findings.length;
    none.hidden = shown > 0;
  }
  filter.addEventListener("input", narrow);
  filter.addEventListener("submit", function (e) { e.preventDefault(); });
  document.addEventListener("keydown", function (e) {
    if (e.key === "/" && document.activeElement !== search && !e.ctrlKey && !e.metaKey && !e.altKey) { e.preventDefault(); search.focus(); }
    if (e.key === "Escape" && document.activeElement === search) { search.value = ""; narrow(); }
  });
  filter.hidden = false;
  narrow();
  Array.prototype.forEach.call(document.querySelectorAll(".command"), function (c) {
    var code = c.querySelector("code"), button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    function mark() {
      var range = document.createRange();
      range.selectNodeContents(code);
      var selection = window.getSelection();
      selection.removeAllRanges();
      selection.addRange(range);
      button.textContent = "Marked";
    }
    button.addEventListener("click", function () {
      if (!navigator.clipboard) { mark(); return; }
      navigator.clipboard.writeText(code.textContent).then(function () { button.textContent = "Copied"; }, mark);
    });
    c.appendChild(button);
  });
  window.addEventListener("beforeprint", function () {
    Array.prototype.forEach.call(document.querySelectorAll("details"), function (d) { d.open = true; });
  });
})();
