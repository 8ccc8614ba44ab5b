// Rows that someone chose, pooled by the model that the plan names, and what is said of them.
page.repool = (function () {
  "use strict";
  const { options = {}, study, wide } = facts.explore || {};
  const known = new Map();
  const count = ({ events, total }) => formats.count(events) + " of " + formats.count(total);
  const level = formats.level(options.level);

  // Why two texts are no counts, in words; empty where they are.
  function fault(events, total) {
    const [x, n] = [events, total].map((text) => (/^\s*\d{1,9}\s*$/.test(text) ? Number(text) : -1));
    if (n < 1) return "The total must be a whole number from 1 on, not “" + total + "”.";
    if (x < 0) return "Events must be a whole number from 0 on, not “" + events + "”.";
    return x > n ? "There cannot be more events (" + x + ") than the total (" + n + ")." : "";
  }

  function fit(used) {
    const rows = used.map(({ events, total }) => ({ events, total })), key = JSON.stringify(rows);
    if (!known.has(key)) known.set(key, used.length ? engine.pool(rows, options) : { weights: [] });
    return known.get(key);
  }

  // The result of the rows in use; "lead" is what stands for it, as for results of the review.
  function answer(all) {
    const used = all.filter((row) => row.used), k = used.length, result = fit(used);
    const few = k > 1 && k <= options.bayesian_up_to && result.bayes;
    const sum = (name) => used.reduce((total, row) => total + row[name], 0);
    const lead = few ? { ...few, proportion: few.median } : result;
    return {
      all, used, result, lead, k, few: Boolean(few), events: sum("events"), total: sum("total"),
      told: k > 1 && Boolean(lead.ci) && lead.ci.upper - lead.ci.lower <= wide,
      interval: (i) => result.studies[i].intervals[study],
      weight: (i) => (k > 1 && i >= 0 ? result.weights[i] : null),
    };
  }

  // How proportions of an outcome are written, beside their interval.
  function texts(policy) {
    const ends = ({ lower, upper }, at, dash = "–") =>
      Array.from(new Set([lower, upper].map((end) => formats.number(policy, end, lower, upper, at)))).join(dash);
    const point = (at, { lower, upper }) => formats.number(policy, at, lower, upper);
    return { ends, point, unit: formats.unit(policy), both: (at, ci) => point(at, ci) + " (" + ends(ci, at) + ")" };
  }

  function spread({ k, result: { tau2, tau2_ci, i2, i2_ci } }) {
    const within = (write, value, ci) => write(value) + (ci ? " (" + write(ci.lower) + "–" + write(ci.upper) + ")" : "");
    if (k < 3) return "Two studies cannot show how much studies differ.";
    if (tau2 === null) return "";
    return "τ² = " + within(formats.statistic, tau2, tau2_ci) + (i2 === null ? "" : ", I² = " + within(formats.share, i2, i2_ci)) + ".";
  }

  // What comes out, in a sentence or two that speak of these rows alone.
  function sentence(found, policy) {
    const { k, used, lead, few } = found, { ends, point, unit } = texts(policy);
    if (!k) return "No study is left: there is nothing to pool.";
    if (k === 1) {
      const ci = found.interval(0), at = found.events / found.total;
      return "One study is left, " + used[0].name + ": " + count(found) + ", " + point(at, ci) + unit + " (" + level +
        " CI " + ends(ci, at, " to ") + ") by its own counts. Nothing is pooled.";
    }
    const studies = new Set(used.map((row) => row.studyId || row)).size;
    const first = k + (studies < k ? " arms" : " studies") + ", " + count(found) + ": ";
    if (!found.told) return first + "the interval is too wide to report.";
    const next = lead.prediction ? "; " + ends(lead.prediction, lead.proportion, " to ") + " in a new study" : "";
    return first + point(lead.proportion, lead.ci) + unit + " (" + level + (few ? " credible interval " : " CI ") +
      ends(lead.ci, lead.proportion, " to ") + (few ? "; Bayesian, as for so few studies" : "") + ")" + next + ". " + spread(found);
  }

  const listed = (used, name) => used.map((row) => row[name]).join(", ");

  // A line of Python, and of R, that gives the same numbers.
  function python({ used, k, few }) {
    const counts = "[" + listed(used, "events") + "], [" + listed(used, "total") + "]", at = ", level=" + options.level + ")";
    if (k < 2) return k ? "poolprop.study_intervals(" + counts + ', method="' + study + '"' + at : "# no study is left";
    const { tau_family: family, tau_scale, tau_df } = options;
    const name = family.split("-").map((part) => part[0].toUpperCase() + part.slice(1)).join("");
    const prior = "poolprop." + name + "(" + tau_scale + (family === "half-t" ? ", " + tau_df : "") + ")";
    const told = ["model", "measure", "tau2", "ci"].map((key) => key + '="' + options[key] + '"').join(", ");
    return "poolprop.pool(" + counts + ", " + told + at + (few ? "\npoolprop.bayes(" + counts + ", tau_prior=" + prior + at : "");
  }

  function r({ used, k }) {
    const data = "events <- c(" + listed(used, "events") + "); total <- c(" + listed(used, "total") + ")\n";
    if (k < 2) return k ? data + "binom.test(events, total, conf.level = " + options.level + ")" : "# no study is left";
    return data + "study <- factor(seq_along(events))\n" +
      "fit <- lme4::glmer(cbind(events, total - events) ~ 1 + (1 | study), family = binomial, nAGQ = 25)\n" +
      "plogis(lme4::fixef(fit)); as.numeric(lme4::VarCorr(fit)$study)  # proportion and tau2; intervals differ\n";
  }

  // The rows and what comes out of them, for a table of its own; "note" says what a row is.
  function grid(name, found, note) {
    const { lead, k } = found, next = k > 1 && lead.prediction;
    let at = 0;
    return [
      ...found.all.map(function (row) {
        const i = row.used ? at++ : -1, ci = i < 0 ? {} : found.interval(i);
        return [name, row.name, row.used ? "yes" : "no", row.events, row.total, row.events / row.total, ci.lower, ci.upper,
          found.weight(i), "", note(row)];
      }),
      [name, "pooled", "", found.events, found.total, ...(k > 1 && lead.ci ? [lead.proportion, lead.ci.lower, lead.ci.upper, "", found.result.tau2]
        : ["", "", "", "", ""]), (found.few ? "Bayesian; " : "") + note(null)],
      ...(next ? [[name, "prediction interval", "", "", "", "", next.lower, next.upper, "", "", note(null)]] : []),
    ];
  }

  function csv(lines) {
    const titles = ["result", "row", "used", "events", "total", "proportion", "lower", "upper", "weight", "tau2", "note"];
    const safe = (text) => (/^[=+\-@\t\r]/.test(text) ? "'" + text : text);
    const cell = (value) => (typeof value === "number" ? String(value) : '"' + safe(value ?? "").replaceAll('"', '""') + '"');
    return "\ufeff" + [titles, ...lines].map((line) => line.map(cell).join(",") + "\r\n").join("");
  }

  const able = typeof engine !== "undefined" && engine.supports(options);
  return { able, fault, options, level, answer, texts, sentence, python, r, grid, csv };
})();
