using System.Security.Cryptography;
using System.Text;

namespace PerfGate.Core.Reports;

/// <summary>The report's only script: a read-out of the charts by pointer, touch and arrow keys. Nothing depends on it.</summary>
internal static class ReportScript
{
    /// <summary>The script, in the page's own text.</summary>
    public static string Source { get; } =
        """
            (() => {
              const source = document.getElementById("chart-data");
              if (!source) return;
              const data = JSON.parse(source.textContent);
              const figures = [...document.querySelectorAll("figure.chart")].map((figure, index) => {
                const area = figure.querySelector(".area");
                const cursor = document.createElement("div");
                cursor.className = "cursor";
                cursor.hidden = true;
                const label = cursor.appendChild(document.createElement("b"));
                area.appendChild(cursor);
                const outputs = [...figure.querySelectorAll("output")];
                return { area, cursor, label, outputs, first: outputs.map((o) => o.textContent), lines: data.charts[index] };
              });
              const nearest = (xs, x) => {
                let low = 0, high = xs.length - 1;
                while (high - low > 1) {
                  const middle = (low + high) >> 1;
                  if (xs[middle] <= x) low = middle; else high = middle;
                }
                return x - xs[low] <= xs[high] - x ? low : high;
              };
              const clock = (s) => {
                const two = (n) => String(n).padStart(2, "0");
                const h = Math.floor(s / 3600), m = Math.floor(s / 60) % 60;
                return h ? `${h}:${two(m)}:${two(s % 60)}` : m ? `${m}:${two(s % 60)}` : `${s} s`;
              };
              let at = 0;
              const show = (second) => {
                at = Math.min(data.top, Math.max(0, Math.round(second)));
                for (const f of figures) {
                  f.cursor.hidden = false;
                  f.cursor.style.left = `${(at / data.top) * 100}%`;
                  f.label.textContent = clock(at);
                  const read = f.lines.map((line, i) => {
                    const value = line.y[nearest(line.x, at)];
                    f.outputs[i].textContent = value;
                    return `${line.name} ${value}`;
                  });
                  f.area.setAttribute("aria-valuenow", at);
                  f.area.setAttribute("aria-valuetext", `${clock(at)}: ${read.join(", ")}`);
                }
              };
              const rest = () => {
                for (const f of figures) {
                  f.cursor.hidden = true;
                  f.outputs.forEach((output, i) => { output.textContent = f.first[i]; });
                }
              };
              for (const f of figures) {
                const a = f.area;
                a.tabIndex = 0;
                for (const [name, value] of [["role", "slider"], ["aria-label", a.querySelector("svg").getAttribute("aria-label")], ["aria-valuemin", 0], ["aria-valuemax", data.top], ["aria-valuenow", 0]])
                  a.setAttribute(name, value);
                const point = (event) => {
                  const box = a.getBoundingClientRect();
                  show(((event.clientX - box.left) / box.width) * data.top);
                };
                a.addEventListener("pointermove", point);
                a.addEventListener("pointerdown", point);
                a.addEventListener("pointerleave", rest);
                a.addEventListener("focus", () => { if (a.matches(":focus-visible")) show(at); });
                a.addEventListener("blur", rest);
                a.addEventListener("keydown", (event) => {
                  const step = { ArrowRight: 1, ArrowLeft: -1, PageUp: 10, PageDown: -10, Home: -Infinity, End: Infinity }[event.key];
                  if (step === undefined) return;
                  event.preventDefault();
                  show(at + step);
                });
              }
                })();
            """.ReplaceLineEndings("\n");

    /// <summary>
    /// The page's own Content-Security-Policy: this one script by its hash, its own style, and no request to anywhere. Text
    /// that got past the encoding still could not run.
    /// </summary>
    public static string Policy { get; } =
        "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-"
        + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Source)))
        + "'";
}
