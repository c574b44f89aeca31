using System.Globalization;
using System.Text;

namespace PerfGate.Core.Reports;

/// <summary>A line of a chart.</summary>
/// <param name="Name">Legend.</param>
/// <param name="Style">CSS class that gives colour and dash: <c>s1</c> to <c>s4</c>, <c>bad</c>, <c>warn</c>.</param>
/// <param name="Points">In order of time, already reduced.</param>
/// <param name="Filled">Whether the area below is tinted.</param>
/// <param name="Stepped">Whether a value holds until the next one (VUs) instead of being joined by a slope.</param>
/// <param name="Reduced">Whether the points are the lowest and highest of buckets, drawn as a band between them.</param>
internal sealed record ChartLine(
    string Name,
    string Style,
    IReadOnlyList<ChartPoint> Points,
    bool Filled = false,
    bool Stepped = false,
    bool Reduced = false
)
{
    /// <summary>The highest value; null where there is none.</summary>
    public double? Highest => Points.Max(point => point.Y);

    /// <summary>The lowest and highest of two points at a time: what a reduced line was made of.</summary>
    public static IEnumerable<ChartSpan> Spans(IEnumerable<ChartPoint> points) =>
        points
            .Chunk(2)
            .Select(pair => new ChartSpan(pair[0].X, pair.Min(point => point.Y), pair.Max(point => point.Y)));
}

/// <summary>What a value ranged over from one moment on; both ends null where there was none.</summary>
internal readonly record struct ChartSpan(double X, double? Low, double? High);

/// <summary>A bound drawn across a chart.</summary>
internal sealed record ChartBound(double Value, string Label);

/// <summary>
/// Values over time as inline SVG. The drawing stretches with the page; labels are HTML beside it, so that they keep their
/// size on a phone. See docs/decisions/0009.
/// </summary>
/// <param name="Title">Heading.</param>
/// <param name="Format">Writes a value with its unit.</param>
/// <param name="Axis">Writes a label of the axis, given the label's value and the top: one unit for all of them.</param>
/// <param name="Lines">Drawn in this order.</param>
/// <param name="Seconds">Length of the time axis.</param>
/// <param name="Bound">A bound to show, or null.</param>
/// <param name="Whole">Whether values are counts.</param>
internal sealed record LineChart(
    string Title,
    Func<double?, string> Format,
    Func<double, double, string> Axis,
    IReadOnlyList<ChartLine> Lines,
    double Seconds,
    ChartBound? Bound = null,
    bool Whole = false
)
{
    /// <summary>From here on dashes and thick strokes run into a block: lines are drawn thin and whole.</summary>
    private const int DenseFrom = 300;

    private const double Width = 1000;
    private const double Height = 300;

    /// <summary>The chart as a figure. Everything is readable without the script, which only adds a read-out.</summary>
    public Markup Draw()
    {
        var highest = Lines.Max(line => line.Highest) ?? 0;
        var boundShown = Bound is { } bound && bound.Value > 0 && bound.Value <= Math.Max(highest * 2, highest + 1);
        var y = ChartScale.ForValues(boundShown ? Math.Max(highest, Bound!.Value) : highest, Whole);
        var x = ChartScale.ForTime(Seconds);
        return Markup.Of(
            $"""
            <figure class="chart{(Lines.Any(line => line.Points.Count > DenseFrom) ? " dense" : "")}">
            <figcaption><h3>{Title}</h3>{Legend(boundShown)}</figcaption>
            <div class="plot">
            <div class="y-axis" aria-hidden="true">{Markup.Join(
                y.Ticks.Select(tick => Tick("bottom", y.Position(tick), Axis(tick, y.Top)))
            )}</div>
            <div class="area"><svg viewBox="0 0 1000 300" preserveAspectRatio="none" role="img" aria-label="{Summary()}">{Grid(
                y,
                x
            )}{Markup.Join(Lines.Select(line => Draw(line, x, y)))}{(
                boundShown ? BoundLine(y) : Markup.Empty
            )}</svg></div>
            <div class="x-axis" aria-hidden="true">{Markup.Join(
                x.Ticks.Select(tick => Tick("left", x.Position(tick), Figures.Elapsed(tick)))
            )}</div>
            </div>
            </figure>

            """
        );
    }

    private static Markup Tick(string side, double position, string label) =>
        Markup.Of($"""<span style="{side}:{position:0.##}%">{label}</span>""");

    private Markup Legend(bool boundShown) =>
        Markup.Of(
            $"""<ul class="legend">{Markup.Join(Lines.Select(LegendLine))}{(Bound is null ? Markup.Empty : LegendBound(Bound, boundShown))}</ul>"""
        );

    private Markup LegendLine(ChartLine line) =>
        Markup.Of(
            $"""<li class="{line.Style}"><svg class="key" viewBox="0 0 24 8" aria-hidden="true"><path class="line" d="M1 4H23"/></svg>{line.Name} <output>max {Format(line.Highest)}</output></li>"""
        );

    private static Markup LegendBound(ChartBound bound, bool shown) =>
        Markup.Of(
            $"""<li class="bound"><svg class="key" viewBox="0 0 24 8" aria-hidden="true"><path class="line" d="M1 4H23"/></svg>{bound.Label}{(shown ? "" : " (off the scale)")}</li>"""
        );

    private string Summary() =>
        $"{Title} over {Figures.Elapsed(Seconds)}: "
        + string.Join("; ", Lines.Select(line => $"{line.Name} at most {Format(line.Highest)}"));

    private static Markup Grid(ChartScale y, ChartScale x)
    {
        var path = new StringBuilder();
        foreach (var tick in y.Ticks)
        {
            path.Append(CultureInfo.InvariantCulture, $"M0 {Height - (y.Position(tick) / 100 * Height):0.#}H{Width:0}");
        }
        foreach (var tick in x.Ticks)
        {
            path.Append(CultureInfo.InvariantCulture, $"M{x.Position(tick) / 100 * Width:0.#} 0V{Height:0}");
        }
        return Markup.Of($"""<path class="grid" d="{path.ToString()}"/>""");
    }

    private Markup BoundLine(ChartScale y) =>
        Markup.Of(
            $"""<g class="bound"><path class="line" d="M0 {Height - (y.Position(Bound!.Value) / 100 * Height):0.#}H1000"/></g>"""
        );

    private static Markup Draw(ChartLine line, ChartScale x, ChartScale y)
    {
        var strokes = new StringBuilder();
        var fills = new StringBuilder();
        var bands = new StringBuilder();
        foreach (var stretch in Stretches(line.Points))
        {
            if (line.Reduced)
            {
                bands.Append(BandPath(stretch, x, y));
                continue;
            }
            var path = StretchPath(stretch, line.Stepped, x, y);
            strokes.Append('M').Append(path);
            if (stretch.Count == 1)
            {
                strokes.Append("h0.1");
            }
            var (first, last) = (stretch[0].X, stretch[^1].X);
            fills.Append(
                CultureInfo.InvariantCulture,
                $"M{x.Position(first) / 100 * Width:0.#} {Height:0}L{path}L{x.Position(last) / 100 * Width:0.#} {Height:0}Z"
            );
        }
        if (line.Reduced)
        {
            return Markup.Of($"""<g class="{line.Style}"><path class="band" d="{bands.ToString()}"/></g>""");
        }
        var fill = line.Filled ? Markup.Of($"""<path class="fill" d="{fills.ToString()}"/>""") : Markup.Empty;
        return Markup.Of($"""<g class="{line.Style}">{fill}<path class="line" d="{strokes.ToString()}"/></g>""");
    }

    /// <summary>Along the highest values, and back along the lowest.</summary>
    private static string BandPath(List<ChartPoint> stretch, ChartScale x, ChartScale y)
    {
        var spans = ChartLine.Spans(stretch).ToList();
        var there = spans.Select(span => new ChartPoint(span.X, span.High));
        var back = spans.AsEnumerable().Reverse().Select(span => new ChartPoint(span.X, span.Low));
        return $"M{StretchPath([.. there, .. back], false, x, y)}Z";
    }

    private static string StretchPath(List<ChartPoint> stretch, bool stepped, ChartScale x, ChartScale y)
    {
        var path = new StringBuilder();
        foreach (var point in stretch)
        {
            var left = x.Position(point.X) / 100 * Width;
            if (stepped && path.Length > 0)
            {
                path.Append(CultureInfo.InvariantCulture, $"H{left:0.#}");
            }
            var separator = path.Length > 0 ? "L" : "";
            path.Append(
                CultureInfo.InvariantCulture,
                $"{separator}{left:0.#} {Height - (y.Position(point.Y ?? 0) / 100 * Height):0.#}"
            );
        }
        return path.ToString();
    }

    private static IEnumerable<List<ChartPoint>> Stretches(IReadOnlyList<ChartPoint> points)
    {
        var stretch = new List<ChartPoint>();
        foreach (var point in points)
        {
            if (point.Y is { } value && double.IsFinite(value))
            {
                stretch.Add(point);
            }
            else if (stretch.Count > 0)
            {
                yield return stretch;
                stretch = [];
            }
        }
        if (stretch.Count > 0)
        {
            yield return stretch;
        }
    }
}
