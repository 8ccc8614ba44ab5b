// The reader's own number of patients: responders expected in the next study, from the posterior
// that the page brings along. Without scripts the table above it has a few sizes.
(function () {
  "use strict";
  const { make } = page;
  const MOST = 500;
  let number = 0;

  // Probabilities of 0 .. n events: binomials averaged over the new study's true logit.
  function chances(future, n) {
    const logChoose = [0];
    for (let y = 1; y <= n; y += 1) logChoose[y] = logChoose[y - 1] + Math.log((n - y + 1) / y);
    const found = new Array(n + 1).fill(0);
    future.weights.forEach(function (weight, i) {
      const eta = future.start + future.step * i;
      const up = -Math.log1p(Math.exp(-Math.abs(eta))) + Math.min(eta, 0);
      const down = up - eta;
      for (let y = 0; y <= n; y += 1) {
        found[y] += weight * Math.exp(logChoose[y] + y * up + (n - y) * down);
      }
    });
    const total = found.reduce((sum, chance) => sum + chance, 0);
    return found.map((chance) => chance / total);
  }

  function quantile(probabilities, share) {
    let sum = 0;
    const at = probabilities.findIndex((chance) => (sum += chance) >= share);
    return at < 0 ? probabilities.length - 1 : at;
  }

  function said(future, n) {
    const found = chances(future, n);
    const mean = found.reduce((sum, chance, y) => sum + chance * y, 0);
    const tail = (1 - future.level) / 2;
    const half = found.reduce((sum, chance, y) => sum + (2 * y >= n ? chance : 0), 0);
    return (
      formats.expected(mean) + " events expected, median " + quantile(found, 0.5) + "; " +
      quantile(found, tail) + " to " + quantile(found, 1 - tail) + " in " +
      future.stated + " of predictions; an event in at least half of them: " + formats.share(half) + "."
    );
  }

  function prepare(box) {
    const future = JSON.parse(box.dataset.nextStudy);
    const input = make("input");
    const output = make("output");
    input.type = "number";
    input.min = "1";
    input.max = String(MOST);
    input.value = String(future.patients);
    number += 1;
    input.id = "predict-" + number;
    output.htmlFor.add(input.id);
    function show() {
      const n = Number(input.value);
      const fits = Number.isInteger(n) && n >= 1 && n <= MOST;
      output.textContent = fits ? said(future, n) : "Give a whole number from 1 to " + MOST + ".";
    }
    input.addEventListener("input", show);
    box.append(make("label", "", "Of the next ", input, " patients: "), output);
    show();
  }

  page.ready((root) => root.querySelectorAll("[data-next-study]").forEach(prepare));
  page.chances = chances;
})();
